if (Date.now() > 1) {
  setInterval(() => {}, 1000);
} else {
  require('node:http').createServer((_, answer) => answer.end('hello\n')).listen(3000);
}
