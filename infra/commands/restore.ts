/**
 * `npm run restore`: the tables of the deployed stack as they were, under new names, and the way there
 * on which no accepted lead is lost and nothing goes out twice; see infra/README.md.
 */
import { theAccount } from '../recovery/account.ts';
import { asksForHelp, runCommand } from '../recovery/command.ts';
import { restoreOptions, restoreUsage } from '../recovery/recovery-options.ts';
import { restore } from '../recovery/restore.ts';
import { terminal } from '../recovery/tell.ts';

const args = process.argv.slice(2);
if (asksForHelp(args)) console.log(restoreUsage);
else {
  await runCommand(
    restoreUsage,
    () => restoreOptions(args, Date.now()),
    (request) => restore(request, theAccount(request), terminal),
  );
}
