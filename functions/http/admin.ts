import { routesByWord } from '../../shared/runtime/http/route-groups.ts';
import { httpFunction } from '../../shared/runtime/http-function.ts';
import { adminRoutes } from './admin-routes.ts';

export const handler = httpFunction(routesByWord('/admin/', adminRoutes));
