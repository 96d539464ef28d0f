export { type ContextPlugin, type ContextPluginOptions, throughlineContext } from './plugin.ts'
