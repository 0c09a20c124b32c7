import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleWithout } from './bundle.ts';

/**
 * What a synthesis runs for each function, as it cannot wait itself: the folder a bundle goes to, the
 * file of the function, and the variables it has not.
 */
const [, , folder, file, ...absent] = process.argv;
if (file === undefined || folder === undefined) throw new Error('Where to, and which file?');
await build({ ...bundleWithout(absent), entryPoints: [file], outfile: join(folder, 'index.js') });
