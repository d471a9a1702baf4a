const { spawnSync } = require('node:child_process');
const compiler = ['g', 'cc'].join('');
const ran = spawnSync(compiler, ['-o', 'tool', 'tool.c'], { stdio: 'inherit' });
if (ran.error) {
  console.error(`error: command '${compiler}' failed: No such file or directory`);
  process.exit(1);
}
process.exit(ran.status);
