import { parseSettings, printSettings } from '@tetracast/service-kit/settings';
import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { type Io, print } from '../io';

interface SettingsOptions {
  readonly envFile?: string;
}

export function addSettings(program: Command, io: Io): void {
  program
    .command('settings')
    .description('print the settings that the services would have in this environment, without secrets')
    .option('--env-file <file>', 'also read this file, such as .env; the environment comes first')
    .action(({ envFile }: SettingsOptions) => {
      const file = envFile === undefined ? {} : parseEnv(readEnvFile(envFile));
      const env = { ...file, ...io.env };
      print(io, printSettings(env).trimEnd());
      // Throws what is wrong with them, as a service would at its start.
      parseSettings(env);
    });
}

function readEnvFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`--env-file ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
