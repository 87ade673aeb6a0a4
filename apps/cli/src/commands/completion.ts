import { Argument, type Command } from 'commander';
import { SHELLS, type Shell } from '../completion';
import { type Io, print } from '../io';

export function addCompletion(program: Command, io: Io): void {
  program
    .command('completion')
    .description('print a script that lets a shell complete commands and options')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
bash, in ~/.bashrc:               source <(tetracast completion bash)
zsh, in ~/.zshrc after compinit:  source <(tetracast completion zsh)
fish:                             tetracast completion fish > ~/.config/fish/completions/tetracast.fish`,
    )
    .action((shell: Shell) => print(io, SHELLS[shell](program)));
}
