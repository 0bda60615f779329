// biome-ignore-all assist/source/organizeImports: what notebooks import as 'typelab', in the order of the course
import { announceEngine } from './announce.ts';

announceEngine();

export { type Engine, engine, tf } from './engine/index.ts';
export type { Digits, Images, Labels } from './digits.ts';
export { loadMnist, type Mnist } from './mnist.ts';
export { digitsModel } from './model.ts';
export { type TrainOptions, train } from './train.ts';
export type { History } from './history.ts';
export { evaluate } from './evaluate.ts';
export { type SaveOptions, saveModel } from './saved-model/save.ts';
export { loadSavedModel, type SavedModel } from './saved-model/load.ts';
export { freePort } from './free-port.ts';
export { launchServer, type ModelServer, type ServerOptions } from './serve.ts';
export { waitForModel } from './wait-for-model.ts';
export { type PredictRequest, type PredictResponse, predict } from './client.ts';
export { type Figure, plotHistory, plotImage, plotPredictions } from './plot.ts';
