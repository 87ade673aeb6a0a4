export * from './drivers';
export * from './servers';
export * from './transport-contract';
