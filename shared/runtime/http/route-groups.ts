import type { Route } from './route.ts';

/** Routes that are loaded when they are asked for, by the word of their path that follows a prefix. */
export type RouteGroups = Readonly<Record<string, readonly (() => Promise<Route>)[]>>;

/** The routes among which a path's is to be found; none when nothing begins as it does. */
export type RoutesFor = (path: string) => Promise<readonly Route[]>;

export function routesByWord(prefix: string, groups: RouteGroups): RoutesFor {
  return async (path) => {
    const word = path.startsWith(prefix) ? (path.slice(prefix.length).split('/')[0] ?? '') : '';
    const group = Object.hasOwn(groups, word) ? groups[word] : undefined;
    return Promise.all((group ?? []).map((load) => load()));
  };
}

/** All of them, to be described. */
export const allRoutes = (groups: RouteGroups): Promise<readonly Route[]> =>
  Promise.all(Object.values(groups).flatMap((group) => group.map((load) => load())));
