require('node:http').createServer((_, answer) => answer.end('hello\n')).listen(3000);
