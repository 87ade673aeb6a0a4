import { Command, CommanderError } from 'commander';
import { addBench } from './commands/bench';
import { addDoctor } from './commands/doctor';
import { addPub } from './commands/pub';
import { addSub } from './commands/sub';
import { addToken } from './commands/token';
import { describeError, EXIT, exitCodeOf } from './exit-codes';
import { type Io, paint } from './io';

/** The command with all its subcommands. */
function createProgram(io: Io): Command {
  const program = new Command('tetracast')
    .description('Subscribe, publish, make tokens, and find out what a proxy does to a Tetracast server.')
    .version('0.1.0')
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    });
  for (const add of [addSub, addPub, addToken, addDoctor, addBench]) add(program, io);
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
