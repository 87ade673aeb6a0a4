export * from './drivers';
export * from './hold-appends';
export * from './progress';
export * from './published-packages';
export * from './servers';
export * from './transport-contract';
