import type { ServiceOptions } from '@tetracast/service-kit';
import { startService as startWith, type TestService } from '@tetracast/service-kit/testing';
import type { FastifyPluginAsync } from 'fastify';
import { socketioPlugin } from '../src/socketio.plugin';

/** The service on a free port or on `PORT`, with a memory bus of its own unless the options hold one. */
export const startService = (
  env: Readonly<Record<string, string>> = {},
  { plugins = [socketioPlugin], ...options }: ServiceOptions & { plugins?: readonly FastifyPluginAsync[] } = {},
): Promise<TestService> => startWith(plugins, env, options);
