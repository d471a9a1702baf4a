require('node:v8').setFlagsFromString('--max-old-space-size=16');
const all = [];
for (;;) all.push(new Array(10000).fill({}).map((_, at) => ({ at })));
