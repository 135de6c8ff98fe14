import fc from 'fast-check';

// A run fails for a change and not by chance; another seed in the environment looks elsewhere.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_122) });

export { fc };
