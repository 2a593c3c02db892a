// A part of an axis: from start, up to stop, every step-th.
const slice = (start, stop, step = 1) => (stop === undefined ? { start: null, stop: start, step } : { start, stop, step: step ?? 1 });

// What Python's slice means on an axis of length n: the first place, and how many.
function sliced({ start, stop, step }, n) {
  const within = (place, low, high) => Math.min(Math.max(place < 0 ? place + n : place, low), high);
  const first = start === null ? (step > 0 ? 0 : n - 1) : within(start, step > 0 ? 0 : -1, step > 0 ? n : n - 1);
  const last = stop === null ? (step > 0 ? n : -1) : within(stop, step > 0 ? 0 : -1, step > 0 ? n : n - 1);
  return { first, length: Math.max(0, Math.ceil((last - first) / step)) };
}

const read = (text) => {
  const [start, stop, step] = text.split(":").map((part) => (part === "" ? null : Number(part)));
  return slice(start, stop ?? null, step ?? 1);
};

// The places at which a mask holds, one list an axis.
function nonzero(mask) {
  const places = [...mask.data.keys()].filter((i) => mask.data[i] !== 0);
  return stridesOf(mask.shape).map((stride, axis) => array(places.map((i) => Math.floor(i / stride) % mask.shape[axis]), { dtype: "int64" }));
}

// An index with an item for every axis: dots filled in, masks as places, texts as slices.
function items(index, n) {
  const given = index.map((one) => (Array.isArray(one) ? array(one, { dtype: "int64" }) : one));
  const known = given.flatMap((one) => (one instanceof NDArray && one.dtype === "bool" ? nonzero(one) : [one]));
  const used = known.filter((one) => one !== null && one !== "...").length;
  const open = Array(n - used).fill(slice(null, null));
  const dots = known.indexOf("...");
  const whole = dots < 0 ? [...known, ...open] : [...known.slice(0, dots), ...open, ...known.slice(dots + 1)];
  return whole.map((one) => (typeof one === "string" ? read(one) : one));
}

function placeOn(place, n) {
  if (place < -n || place >= n) throw new RangeError(`there is no place ${place} on an axis of length ${n}`);
  return place < 0 ? place + n : place;
}

// Which entries an index is about, and the shape they are in. As in NumPy, index arrays that do not stand side by
// side put their axes in front.
function chosen(shape, index) {
  const strides = stridesOf(shape);
  const whole = items(index, shape.length);
  const isPlace = (one) => one instanceof NDArray || typeof one === "number";
  const hasArrays = whole.some((one) => one instanceof NDArray);
  const wide = broadcastShapes(...whole.filter((one) => one instanceof NDArray).map((one) => one.shape));
  const picked = { shape: wide, offsets: new Array(product(wide)).fill(0) };
  const groups = [];
  const spots = [];
  let axis = 0;
  let start = 0;
  whole.forEach((one, spot) => {
    if (one === null) return groups.push({ shape: [1], offsets: [0] });
    const [n, stride] = [shape[axis], strides[axis++]];
    if (isPlace(one) && hasArrays) {
      if (spots.length === 0) groups.push(picked);
      spots.push(spot);
      broadcast_to(one, wide).data.forEach((place, i) => (picked.offsets[i] += placeOn(place, n) * stride));
    } else if (isPlace(one)) {
      start += placeOn(one, n) * stride;
    } else {
      const { first, length } = sliced(one, n);
      groups.push({ shape: [length], offsets: Array.from({ length }, (_, i) => (first + i * one.step) * stride) });
    }
  });
  const apart = spots.some((spot, i) => i > 0 && spot !== spots[i - 1] + 1);
  const order = apart ? [picked, ...groups.filter((one) => one !== picked)] : groups;
  const places = order.reduce((found, group) => found.flatMap((place) => group.offsets.map((step) => place + step)), [start]);
  return { places, shape: order.flatMap((group) => group.shape) };
}

NDArray.prototype.at = function (...index) {
  const { places, shape } = chosen(this.shape, index);
  return gathered(this, places, shape);
};

// Writes into x itself.
function put(x, index, values) {
  const { places, shape } = chosen(x.shape, index);
  const column = broadcast_to(squeezed(values, shape.length), shape).data;
  places.forEach((place, i) => (x.data[place] = column[i]));
}

// Values may have more axes in front than the place they go to, of length 1.
function squeezed(values, n) {
  const from = asArray(values);
  const more = Math.max(0, from.ndim - n);
  return new NDArray(from.data, from.shape.slice(more), from.dtype);
}

// Adds into x itself; an entry that is named twice is added to twice.
function add_at(x, index, values) {
  const { places, shape } = chosen(x.shape, [index].flat());
  const column = broadcast_to(values, shape).data;
  places.forEach((place, i) => (x.data[place] += column[i]));
}

// A copy of x with values in the places of an index.
function with_put(x, index, values) {
  const result = astype(x, asArray(x).dtype);
  put(result, index, values);
  return result;
}

// A copy of x with values added in the places of an index.
function with_added(x, index, values) {
  const result = astype(x, asArray(x).dtype);
  add_at(result, index, values);
  return result;
}

// For every entry of places the one of x that is there along the axis.
function along(x, places, axis) {
  const from = asArray(x);
  const n = from.ndim;
  const place = (axis + n) % n;
  const lengths = from.shape.map((length, one) => (one === place ? 1 : length));
  const shape = broadcastShapes(lengths, places.shape.map((length, one) => (one === place ? 1 : length)));
  shape[place] = places.shape[place];
  const strides = stridesOf(from.shape).map((stride, one) => (one === place || (from.shape[one] === 1 && shape[one] !== 1) ? 0 : stride));
  const starts = placesOf(shape, strides);
  const steps = broadcast_to(places, shape).data;
  const stride = stridesOf(from.shape)[place];
  return { places: starts.map((start, i) => start + placeOn(steps[i], from.shape[place]) * stride), shape };
}

function take_along_axis(x, places, axis) {
  const found = along(x, asArray(places), axis);
  return gathered(asArray(x), found.places, found.shape);
}
