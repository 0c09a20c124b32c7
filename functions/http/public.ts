import { httpFunction } from '../../shared/runtime/http-function.ts';
import { publicRoutes } from './public-routes.ts';

export const handler = httpFunction(async () => publicRoutes);
