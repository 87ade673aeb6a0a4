export * from './drivers';
export * from './progress';
export * from './servers';
export * from './transport-contract';
