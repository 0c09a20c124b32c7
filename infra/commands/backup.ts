/** `npm run backup`: the three tables of the deployed stack saved on demand, kept until they are deleted. */
import { theAccount } from '../recovery/account.ts';
import { backup } from '../recovery/backup.ts';
import { asksForHelp, runCommand } from '../recovery/command.ts';
import { backupOptions, backupUsage } from '../recovery/recovery-options.ts';
import { terminal } from '../recovery/tell.ts';

const args = process.argv.slice(2);
if (asksForHelp(args)) console.log(backupUsage);
else {
  await runCommand(
    backupUsage,
    () => backupOptions(args),
    (request) => backup(request, theAccount(request), terminal),
  );
}
