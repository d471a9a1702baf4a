require('node:http').createServer((_, answer) => answer.end('hello\n')).listen(Number(['30', '77'].join('')));
