import { config } from 'zod'

// Imported first: zod would compile a function for each schema, which pays only where it checks thousands of values.
config({ jitless: true })
