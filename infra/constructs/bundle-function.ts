import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleWithout } from './bundle.ts';

/**
 * What a synthesis runs for each function, as it cannot wait itself: the file of a function, the folder
 * its bundle goes to, and the variables it has not.
 */
const [, , file, folder, ...absent] = process.argv;
if (file === undefined || folder === undefined) throw new Error('Which file, and where to?');
await build({ ...bundleWithout(absent), entryPoints: [file], outfile: join(folder, 'index.js') });
