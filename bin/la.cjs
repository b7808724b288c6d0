#!/usr/bin/env node
// Starts the command line. Plain old JavaScript, so that a Node.js too old for the rest gets here: it then hands over
// to the newer one that `npm ci` put beside us, or says what is missing.
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const url = require('url');

const NODE_MAJOR_MIN = 24;
const HANDED_OVER = 'LA_HANDED_OVER';
const isWindows = process.platform === 'win32';
/**
 * glibc reads these at a process's start only. Left alone it keeps what threads free in an arena for each and, once a large
 * array was freed, takes arrays as large from there too: memory would not go back when windows close.
 */
const MALLOC = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '262144',
  MALLOC_TRIM_THRESHOLD_: '262144',
};

if (parseInt(process.versions.node, 10) < NODE_MAJOR_MIN) handOver();
else if (process.platform === 'linux' && !('MALLOC_ARENA_MAX' in process.env)) startTuned();
else start();

/** The same process once more, with its allocator's settings. */
function startTuned() {
  const command = [process.execPath].concat(process.execArgv, __filename, process.argv.slice(2));
  process.execve(process.execPath, command, Object.assign({}, MALLOC, process.env));
}

function start() {
  if (process.env[HANDED_OVER] === '1') {
    delete process.env[HANDED_OVER];
    // The older Node.js that waits for us may be killed without a signal that it could pass on: die with it.
    process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
    if (process.channel) process.channel.unref();
  }
  keepCompiled();
  const root = path.join(__dirname, '..');
  // A checkout runs its sources, the published package what was built from them.
  const found = ['cli/main.ts', 'cli/main.js'].filter((file) =>
    fs.existsSync(path.join(root, file)),
  );
  if (found.length === 0)
    fail('There is no cli/main in ' + root + ': install live-aggregators again.');
  import(url.pathToFileURL(path.join(root, found[0])).href).catch((error) => {
    console.error(error);
    process.exit(1);
  });
}

/**
 * Has Node.js keep what it compiles: half of the CPU of a start is types stripped and modules compiled, in every thread. The
 * folder must be ours alone, for what lies in it is run; without one nothing is kept.
 */
function keepCompiled() {
  if ('NODE_COMPILE_CACHE' in process.env) return;
  const user = process.getuid === undefined ? undefined : process.getuid();
  const name = user === undefined ? 'live-aggregators' : 'live-aggregators-' + user;
  const folder = path.join(os.tmpdir(), name);
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = fs.lstatSync(folder);
    if (!found.isDirectory()) return;
    if (user !== undefined && (found.uid !== user || (found.mode & 0o077) !== 0)) return;
  } catch (_) {
    return;
  }
  require('module').enableCompileCache(folder);
  // Threads look here.
  process.env.NODE_COMPILE_CACHE = folder;
}

/** The Node.js of the optional dependency for this machine, if it is installed. */
function bundledNode() {
  const system = (isWindows ? 'win' : process.platform) + '-' + process.arch;
  try {
    const manifest = require.resolve('node-' + system + '/package.json');
    return path.join(path.dirname(manifest), 'bin', isWindows ? 'node.exe' : 'node');
  } catch (_) {
    return undefined;
  }
}

function handOver() {
  const node = bundledNode();
  if (node === undefined) {
    const here = process.version + ' (' + process.execPath + ')';
    fail(
      'la needs Node.js ' +
        NODE_MAJOR_MIN +
        ' or newer, but this is ' +
        here +
        ': install a newer one and run la with it.',
    );
  }
  // In a session of its own, so that Ctrl-C reaches it through us only, like any other signal: once.
  const child = require('child_process').spawn(
    node,
    process.execArgv.concat(__filename, process.argv.slice(2)),
    {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      detached: !isWindows,
      env: Object.assign({}, MALLOC, process.env, { [HANDED_OVER]: '1' }),
    },
  );
  // A Windows console tells both by itself.
  const passed = isWindows
    ? []
    : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'];
  for (const signal of passed) process.on(signal, () => child.kill(signal));
  if (isWindows) process.on('SIGINT', () => {});
  else {
    process.on('SIGTSTP', () => {
      child.kill('SIGSTOP');
      process.kill(process.pid, 'SIGSTOP');
    });
  }
  child.on('error', (error) => fail('cannot start ' + node + ': ' + error.message));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of passed) process.removeAllListeners(name);
    process.kill(process.pid, signal);
    // Where the signal does not end us (ignored, or pid 1), its conventional exit code does.
    setTimeout(() => process.exit(128 + os.constants.signals[signal]), 100);
  });
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
