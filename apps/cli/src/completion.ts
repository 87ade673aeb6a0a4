import type { Command, Option } from 'commander';

/** A command with what may follow it. */
interface Level {
  /** `/` for the program, `/token/mint` for `tetracast token mint`. */
  readonly path: string;
  /** Of its arguments. */
  readonly choices: readonly string[];
  readonly commands: readonly Command[];
  readonly options: readonly Option[];
}

function levelsOf(command: Command, path = ''): Level[] {
  const help = command.createHelp();
  // The program's own `help` is a command as well.
  const commands = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  const level = { path, choices, commands, options: help.visibleOptions(command) };
  return [level, ...commands.flatMap((child) => levelsOf(child, `${path}/${child.name()}`))];
}

const wordsOf = ({ choices, commands, options }: Level): string[] => [
  ...choices,
  ...commands.map((command) => command.name()),
  ...options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined)),
];

/** A `case` that follows the words of the line into the commands, in `at`; for bash and zsh. */
function walk(levels: readonly Level[], words: string): string {
  const known = levels.filter(({ path }) => path !== '').map(({ path }) => path);
  return `  for word in ${words}; do
    case $at/$word in
      ${known.join(' | ')}) at=$at/$word ;;
    esac
  done`;
}

const bash = (program: Command): string => {
  const levels = levelsOf(program);
  const cases = levels.map((level) => `    '${level.path}') words='${wordsOf(level).join(' ')}' ;;`);
  return `_tetracast() {
  local at= word words=
${walk(levels, '"${COMP_WORDS[@]:1:COMP_CWORD-1}"')}
  case $at in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _tetracast tetracast`;
};

const zsh = (program: Command): string => {
  const levels = levelsOf(program);
  const cases = levels.map((level) => `    '${level.path}') compadd -- ${wordsOf(level).join(' ')} ;;`);
  return `#compdef tetracast
_tetracast() {
  local at= word
${walk(levels, '"${(@)words[2,CURRENT-1]}"')}
  case $at in
${cases.join('\n')}
  esac
  return 0
}
compdef _tetracast tetracast`;
};

const fish = (program: Command): string =>
  levelsOf(program)
    .flatMap(({ path, choices, commands, options }) => {
      const seen = path.split('/').filter((name) => name !== '');
      const is = seen.map((name) => `__fish_seen_subcommand_from ${name}`);
      const not = commands.length === 0 ? [] : [`not __fish_seen_subcommand_from ${namesOf(commands)}`];
      const line = (what: string, description: string): string =>
        `complete -c tetracast -n '${[...is, ...not].join('; and ')}' ${what} -d '${description.replaceAll("'", "\\'")}'`;
      return [
        ...choices.map((choice) => line(`-f -a ${choice}`, '')),
        ...commands.map((command) => line(`-f -a ${command.name()}`, command.description())),
        ...options.map(({ short, long, description, required }) => {
          const flags = [
            required ? '-r ' : '',
            short === undefined ? '' : `-s ${short.slice(1)} `,
            long === undefined ? '' : `-l ${long.slice(2)}`,
          ];
          return line(flags.join(''), description);
        }),
      ];
    })
    .map((text) => text.replace("-n '' ", ''))
    .join('\n');

const namesOf = (commands: readonly Command[]): string => commands.map((command) => command.name()).join(' ');

/** The script for each shell. */
export const SHELLS = { bash, zsh, fish } as const;

export type Shell = keyof typeof SHELLS;
