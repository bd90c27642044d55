/** The part of fs-native-extensions that is used here; the package has no types of its own. */
declare module 'fs-native-extensions' {
  interface NativeLock {
    /** Takes the exclusive lock of a descriptor open for writing; false when another descriptor, of any process, holds it. */
    tryLock(descriptor: number): boolean
  }
  const nativeLock: NativeLock
  export default nativeLock
}
