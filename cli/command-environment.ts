import { processEnvironment } from '@countersign/tools/home/environment.ts'
import { findHome } from '@countersign/tools/home/home.ts'
import { databaseUrl, findInstallation } from '@countersign/tools/home/installation.ts'
import { secretFile } from '@countersign/tools/home/secrets.ts'

/** A variable that only somebody with a configuration of their own sets, for each process. */
const OWN_CONFIGURATION = {
  server: ['APP_DATABASE_URL', 'APP_DATABASE_URL_FILE'],
  worker: ['DISPATCHER_DATABASE_URL', 'DISPATCHER_DATABASE_URL_FILE'],
  migrate: ['DATABASE_URL', 'DATABASE_URL_FILE'],
} as const

export type Configured = keyof typeof OWN_CONFIGURATION

/**
 * The environment by which a process of the product runs from the command line: its own configuration where
 * there is one, and in production always; otherwise that of the installation which `npm start` has made.
 */
export function commandEnvironment(which: Configured, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (usesOwnConfiguration(which, env)) return env
  const installation = findInstallation(env)
  if (which === 'migrate') {
    return {
      ...env,
      DATABASE_URL: databaseUrl(installation, 'owner'),
      SEALING_KEY_FILE: secretFile(installation.home.secrets, 'sealingKey'),
    }
  }
  return processEnvironment(which, installation, env)
}

export function usesOwnConfiguration(which: Configured, env: NodeJS.ProcessEnv): boolean {
  return env.NODE_ENV === 'production' || OWN_CONFIGURATION[which].some((name) => env[name]) || !findHome(env)
}
