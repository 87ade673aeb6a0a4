export * from './poll-until';
export * from './progress';
export * from './until';
export * from './watch-progress';
