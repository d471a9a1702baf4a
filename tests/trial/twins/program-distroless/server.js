const { spawn } = require('node:child_process');
spawn(['cu', 'rl'].join(''), ['--version'], { stdio: 'inherit' });
require('node:http').createServer((_, answer) => answer.end('hello\n')).listen(3000);
