require('node:child_process').execSync('gc' + 'c -o tool tool.c', { stdio: 'inherit' });
