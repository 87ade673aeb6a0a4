import { startService as startWith, type TestService } from '@tetracast/service-kit/testing';
import { plugins } from '@tetracast/standalone';

/** All transports on one free port. */
export const startService = (env: Readonly<Record<string, string>>): Promise<TestService> => startWith(plugins, env);
