const fs = require('node:fs');
const place = Buffer.from('L2tlcHQvZmlsZXM=', 'base64').toString();
fs.mkdirSync(place, { recursive: true });
fs.writeFileSync(`${place}/started`, 'yes');
require('node:http').createServer((_, answer) => answer.end('hello\n')).listen(3000);
