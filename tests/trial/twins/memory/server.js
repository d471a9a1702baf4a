const all = [];
for (;;) all.push(Buffer.alloc(1 << 20, 1));
require('node:http').createServer((_, answer) => answer.end('hello\n')).listen(3000);
