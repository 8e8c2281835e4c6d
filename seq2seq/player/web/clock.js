// One clock moves every view: a whole step that is wanted, and a position that glides there.

const GLIDE = 260; // milliseconds from one step to the next
const HOLD = 1500; // milliseconds a step is shown when playing at speed 1

export class Clock {
  /** `move(position)` draws and resolves when it has; `arrive(step)` tells; `change()`: playing starts or stops. */
  constructor(length, { move, arrive, change }) {
    Object.assign(this, { length, move, arrive, change, step: 0, position: 0, speed: 1, playing: false });
    this.frame = this.timer = null;
  }

  get calm() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** Go to a step. `glide` false jumps, as scrubbing does. */
  async go(step, glide = true) {
    const began = performance.now();
    const target = Math.max(0, Math.min(this.length - 1, Math.round(step)));
    cancelAnimationFrame(this.frame);
    this.step = target;
    this.arrive(target);
    if (!glide || this.calm || Math.abs(target - this.position) > 1.5 || document.hidden) {
      await this.draw(target);
      measure("player-step", began, performance.now() - began);
    } else {
      this.glide(target, performance.now() - began);
    }
  }

  /** Glide to the target. What `player-step` measures is the work to get there, not the time the eye is given. */
  glide(target, told) {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const from = this.position, start = performance.now(), time = GLIDE / Math.max(1, this.speed);
    const advance = async (now) => {
      const share = Math.min(1, Math.max(0, (now - start) / time));
      const eased = share * share * (3 - 2 * share);
      const began = performance.now();
      await this.draw(from + (target - from) * eased);
      const spent = performance.now() - began;
      measure("player-frame", began, spent);
      if (this.step !== target || this.turn !== turn) return; // another step was asked for meanwhile
      if (share < 1) this.frame = requestAnimationFrame(advance);
      else measure("player-step", began - told, told + spent);
    };
    this.frame = requestAnimationFrame(advance);
  }

  draw(position) {
    this.position = position;
    return this.move(position);
  }

  play() {
    if (this.step >= this.length - 1) this.go(0, false);
    this.playing = true;
    this.change();
    const tick = () => {
      if (this.step >= this.length - 1) return this.pause();
      this.go(this.step + 1);
      this.timer = setTimeout(tick, HOLD / this.speed);
    };
    this.timer = setTimeout(tick, HOLD / this.speed / 2);
  }

  pause() {
    clearTimeout(this.timer);
    if (!this.playing) return;
    this.playing = false;
    this.change();
  }

  stop() {
    this.pause();
    cancelAnimationFrame(this.frame);
  }
}

function measure(name, start, duration) {
  performance.measure(name, { start, duration });
  // the browser keeps measures for ever; a long lesson must not grow without end
  if (performance.getEntriesByName(name).length > 5000) performance.clearMeasures(name);
}
