/** Lets one loop sleep until there is something to do. A wake that comes while it is awake is kept for its next wait. */
export class Wakeup {
  private woken = false;
  private end: (() => void) | undefined;

  wake(): void {
    if (this.end === undefined) this.woken = true;
    else this.end();
  }

  wait(): Promise<void> {
    if (this.woken) {
      this.woken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.end = () => {
        this.end = undefined;
        resolve();
      };
    });
  }
}
