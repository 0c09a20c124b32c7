import { CfnResource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Gives what holds data a logical id that no change of the code's shape changes: under another one,
 * CloudFormation would make a new one, and leave the old one with all that is in it.
 */
export function pin(made: Construct, logicalId: string): void {
  const { defaultChild } = made.node;
  if (!CfnResource.isCfnResource(defaultChild)) throw new Error(`${logicalId} has no resource.`);
  defaultChild.overrideLogicalId(logicalId);
}
