import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { type Config, exampleConfig } from '../../infra/config.ts';
import { PerennialStack } from '../../infra/stack.ts';

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.object({ 'aws:asset:path': z.string().optional() }).optional(),
});

const templateSchema = z.object({ Resources: z.record(z.string(), resourceSchema) });

export type Resource = z.infer<typeof resourceSchema>;

/** What `cdk deploy` uploads: the template and the folders of the bundles. */
export type CloudAssembly = {
  readonly directory: string;
  readonly resources: Readonly<Record<string, Resource>>;
} & Disposable;

const cdkSchema = z.object({ context: z.record(z.string(), z.unknown()) });

/** The whole stack with its bundles, in a folder of its own that goes when the assembly is disposed of. */
export function synthesise(changes: Partial<Config> = {}): CloudAssembly {
  const outdir = mkdtempSync(join(tmpdir(), 'perennial-deployed-'));
  const cdkJson: unknown = JSON.parse(
    readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'),
  );
  const { context } = cdkSchema.parse(cdkJson);
  // Makes the template name the folder of each bundle.
  const withFolders = { 'aws:cdk:enable-asset-metadata': true };
  const app = new App({ outdir, context: { ...context, ...withFolders } });
  const config = { ...exampleConfig, ...changes };
  const stack = new PerennialStack(app, 'Perennial', { config });
  const artifact = app.synth().getStackByName(stack.stackName);
  const { Resources } = templateSchema.parse(artifact.template);
  return {
    directory: artifact.assembly.directory,
    resources: Resources,
    [Symbol.dispose]: () => rmSync(outdir, { recursive: true, force: true }),
  };
}
