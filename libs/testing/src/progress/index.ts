export * from './poll-until';
export * from './progress';
export * from './watch-progress';
