/** `nn.utils.stateless`: the older home of `func.functionalCall`. */
export { functionalCall } from '../func/functional-call.js'
