export * from './drivers';
export * from './hold-appends';
export * from './progress';
export * from './servers';
export * from './transport-contract';
