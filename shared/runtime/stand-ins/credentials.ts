/**
 * Stands in bundles for the package that looks for credentials wherever a developer may keep them (profiles,
 * single sign-on, processes, instances): Lambda hands a function its role's in the environment, and looks
 * nowhere else. Nine packages, a fifth of a bundle, would only be read past.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
