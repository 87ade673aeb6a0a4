import { Command, CommanderError } from 'commander';
import { addBench } from './commands/bench';
import { addCancel } from './commands/cancel';
import { addCompletion } from './commands/completion';
import { addDoctor } from './commands/doctor';
import { addHistory } from './commands/history';
import { addChannels, addConnections } from './commands/lists';
import { addPresence } from './commands/presence';
import { addPub } from './commands/pub';
import { addSettings } from './commands/settings';
import { addSize } from './commands/size';
import { addSub } from './commands/sub';
import { addToken } from './commands/token';
import { describeError, EXIT, EXIT_CODES_TEXT, exitCodeOf } from './exit-codes';
import { type Io, paint } from './io';

const COMMANDS = [
  addSub,
  addPub,
  addCancel,
  addPresence,
  addHistory,
  addChannels,
  addConnections,
  addToken,
  addDoctor,
  addBench,
  addSize,
  addSettings,
  addCompletion,
];

/** Of help where there is no terminal. */
const WIDTH = 100;

/** The command with all its subcommands. */
function createProgram(io: Io): Command {
  const { stdout, stderr } = io;
  const program = new Command('tetracast')
    .description(
      'Subscribe, publish, make tokens, see who is there and what a server has, and find out what a proxy does to it.',
    )
    .version('0.1.0')
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('after', EXIT_CODES_TEXT)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? WIDTH,
      getErrHelpWidth: () => stderr.columns ?? WIDTH,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const add of COMMANDS) add(program, io);
  for (const command of allCommands(program)) command.copyInheritedSettings(program);
  return program;
}

/** @param args after the program's name. Resolves with the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // What it has to say it has said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (io.signal.aborted) return EXIT.ok;
    io.stderr.write(`${paint(io, io.stderr, 'red', `tetracast: ${describeError(error)}`)}\n`);
    return exitCodeOf(error);
  }
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}
