export * from './drivers';
export * from './hold-appends';
export * from './progress';
export * from './rooms';
export * from './servers';
export * from './start-together';
export * from './transport-contract';
