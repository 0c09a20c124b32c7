/** Which account, region and stack a command works on; what is left out comes from the environment, as for the AWS CLI. */
export type AccountPlace = {
  readonly stack: string;
  readonly region: string | undefined;
  readonly profile: string | undefined;
};

/** The options of a command line that name a place. */
export const placeOptions = {
  stack: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
} as const;

type GivenPlace = { readonly [Name in keyof typeof placeOptions]?: string | undefined };

const shapes = {
  stack: { shape: /^[A-Za-z][A-Za-z0-9-]{0,127}$/, like: 'Perennial' },
  region: { shape: /^[a-z]{2}(-[a-z]+)+-\d$/, like: 'eu-west-1' },
  // It is part of a command to copy: nothing that a shell would read.
  profile: { shape: /^[\w.@+=,:/-]+$/, like: 'shop' },
} as const satisfies Record<keyof GivenPlace, unknown>;

/** What is wrong with the place that was given, in one line; undefined when it can be. */
export function complaintAbout(given: GivenPlace): string | undefined {
  const names = ['stack', 'region', 'profile'] as const;
  const wrong = names.find((name) => {
    const value = given[name];
    return value !== undefined && !shapes[name].shape.test(value);
  });
  return wrong && `--${wrong} "${given[wrong]}" cannot be: write it like ${shapes[wrong].like}.`;
}

export const placeOf = ({ stack = 'Perennial', region, profile }: GivenPlace): AccountPlace => ({
  stack,
  region,
  profile,
});

/** What clients of AWS are told of a place. */
export const clientPlace = ({ region, profile }: Omit<AccountPlace, 'stack'>) => ({
  ...(region !== undefined && { region }),
  ...(profile !== undefined && { profile }),
});
