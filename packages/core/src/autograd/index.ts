/** `autograd`: derivatives, custom operations, and what checks them. */
export { detectAnomaly, setDetectAnomaly } from './anomaly.js'
export { type BackwardOptions, backward, type GradOptions, grad } from './engine.js'
export { Function, type FunctionClass, FunctionContext } from './function.js'
export { type Checked, type GradcheckOptions, gradcheck, gradgradcheck } from './gradcheck.js'
