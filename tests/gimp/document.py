# Documents that the checks make, and how they are looked at; run inside GIMP by its own Python. Pictures are drawn here, small and with
# everything that matters: flat areas, edges, texture, half and fully transparent pixels.
import hashlib
import struct

import gi

gi.require_version('Gimp', '3.0')
gi.require_version('Gegl', '0.4')
from gi.repository import Gegl, Gimp

Gegl.init(None)

ENCODINGS = {'Y': "Y'", 'YA': "Y'A", 'RGB': "R'G'B'", 'RGBA': "R'G'B'A"}
CHANNELS = {'Y': 1, 'YA': 2, 'RGB': 3, 'RGBA': 4}


def draw(width, height, kind, bits, seed=1):
    """Samples of a picture, interleaved, machine byte order."""
    state = seed * 2654435761 % 2**32
    top = 2**bits - 1
    values = []
    for y in range(height):
        for x in range(width):
            state = (state * 1664525 + 1013904223) % 2**32
            noise = (state >> 24) / 255 * 0.12
            edge = 0.75 if (x * 3 + y * 2) % 37 < 11 else 0.2
            flat = x > width * 2 // 3 and y < height // 3
            red = 0.6 if flat else min(1, edge + noise)
            green = 0.3 if flat else min(1, 0.15 + 0.7 * x / width + noise / 2)
            blue = 0.8 if flat else min(1, 0.1 + 0.8 * y / height)
            far = ((x - width / 2) ** 2 / (width / 2) ** 2 + (y - height / 2) ** 2 / (height / 2) ** 2) ** 0.5
            alpha = max(0, min(1, (1.05 - far) * 4))
            pixel = {'Y': (red,), 'YA': (red, alpha), 'RGB': (red, green, blue), 'RGBA': (red, green, blue, alpha)}[kind]
            values.extend(round(value * top) for value in pixel)
    return struct.pack(f'={len(values)}{"B" if bits == 8 else "H"}', *values)


def pixels(drawable):
    """The stored samples of a layer, mask or channel, as they are."""
    area = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    return bytes(drawable.get_buffer().get(area, 1.0, None, Gegl.AbyssPolicy.NONE))


def put(drawable, samples, encoding):
    """Writes samples in one of babl's encodings, in sRGB's space."""
    buffer = drawable.get_buffer()
    area = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    buffer.set(area, encoding, samples)
    buffer.flush()
    drawable.update(0, 0, drawable.get_width(), drawable.get_height())


def new_image(width, height, kind='RGB', bits=8, precision=None):
    base = Gimp.ImageBaseType.GRAY if kind[0] == 'Y' else Gimp.ImageBaseType.RGB
    precision = precision or (Gimp.Precision.U8_NON_LINEAR if bits == 8 else Gimp.Precision.U16_NON_LINEAR)
    return Gimp.Image.new_with_precision(width, height, base, precision)


def add_layer(image, name, width, height, kind, samples=None, x=0, y=0, parent=None, position=0, encoding=None):
    types = {'Y': Gimp.ImageType.GRAY_IMAGE, 'YA': Gimp.ImageType.GRAYA_IMAGE, 'RGB': Gimp.ImageType.RGB_IMAGE, 'RGBA': Gimp.ImageType.RGBA_IMAGE}
    layer = Gimp.Layer.new(image, name, width, height, types[kind], 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, parent, position)
    layer.set_offsets(x, y)
    if samples is not None:
        bits = 8 * len(samples) // (width * height * CHANNELS[kind])
        put(layer, samples, encoding or f"{ENCODINGS[kind]} u{bits}")
    return layer


def add_mask(layer, edge):
    """A mask that is black left of the edge and white right of it."""
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    put(mask, bytes(255 * (x >= edge) for _ in range(mask.get_height()) for x in range(mask.get_width())), 'Y u8')
    return mask


def everything():
    """A document with all that has to follow when it is resized."""
    image = new_image(100, 70)
    image.set_resolution(150, 150)
    add_layer(image, 'base', 100, 70, 'RGB', draw(100, 70, 'RGB', 8))
    badge = add_layer(image, 'badge', 31, 17, 'RGBA', draw(31, 17, 'RGBA', 8, 2), -11, 23)
    badge.set_opacity(70)
    badge.set_mode(Gimp.LayerMode.MULTIPLY)
    add_mask(badge, 12)
    add_layer(image, 'thin', 1, 50, 'RGBA', draw(1, 50, 'RGBA', 8, 3), 5, 5)
    locked = add_layer(image, 'locked', 40, 30, 'RGBA', draw(40, 30, 'RGBA', 8, 4), 50, 30)
    group = Gimp.GroupLayer.new(image, 'group')
    image.insert_layer(group, None, 0)
    add_layer(image, 'inner', 20, 20, 'RGBA', draw(20, 20, 'RGBA', 8, 5), 1, 1, group)
    nested = Gimp.GroupLayer.new(image, 'nested')
    image.insert_layer(nested, group, 0)
    add_layer(image, 'innermost', 10, 33, 'RGBA', draw(10, 33, 'RGBA', 8, 6), 50, 30, nested)
    add_mask(group, 30)
    image.insert_layer(Gimp.GroupLayer.new(image, 'empty'), None, 0)
    text = Gimp.TextLayer.new(image, 'Hello', Gimp.fonts_get_list('')[0], 14, Gimp.Unit.pixel())
    image.insert_layer(text, None, 0)
    text.set_offsets(10, 40)
    channel = Gimp.Channel.new(image, 'channel', 100, 70, 50, Gegl.Color.new('red'))
    image.insert_channel(channel, None, 0)
    put(channel, bytes(255 * (x >= 50) for _ in range(70) for x in range(100)), 'Y u8')
    path = Gimp.Path.new(image, 'path')
    image.insert_path(path, None, 0)
    path.stroke_new_from_points(Gimp.PathStrokeType.BEZIER, [10, 10, 10, 10, 10, 10, 90, 60, 90, 60, 90, 60], False)
    image.add_hguide(30)
    image.add_vguide(60)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 12, 24, 60, 36)
    locked.set_lock_content(True)
    locked.set_lock_position(True)
    return image


def all_layers(items):
    for item in items:
        yield item
        if item.is_group():
            yield from all_layers(item.get_children())


def describe(image):
    """Everything of a document but its pixels, by name."""
    def layer(item):
        offsets, mask = item.get_offsets(), item.get_mask()
        return {
            'size': (item.get_width(), item.get_height()), 'place': (offsets.offset_x, offsets.offset_y),
            'opacity': round(item.get_opacity()), 'mode': item.get_mode().value_nick, 'visible': item.get_visible(),
            'mask': mask and (mask.get_width(), mask.get_height()), 'locks': (item.get_lock_content(), item.get_lock_position()),
            'group': item.is_group(), 'parent': item.get_parent() and item.get_parent().get_name(),
        }
    guides, guide = [], image.find_next_guide(0)
    while guide:
        guides.append((image.get_guide_orientation(guide).value_nick, image.get_guide_position(guide)))
        guide = image.find_next_guide(guide)
    bounds = Gimp.Selection.bounds(image)
    return {
        'canvas': (image.get_width(), image.get_height()), 'resolution': tuple(image.get_resolution())[1:], 'precision': image.get_precision().value_nick,
        'type': image.get_base_type().value_nick, 'guides': sorted(guides), 'selection': (bounds.non_empty, bounds.x1, bounds.y1, bounds.x2, bounds.y2),
        'channels': [(channel.get_name(), channel.get_width(), channel.get_height()) for channel in image.get_channels()],
        'paths': [[[round(point, 3) for point in path.stroke_get_points(stroke)[1]] for stroke in path.get_strokes()] for path in image.get_paths()],
        'order': [item.get_name() for item in all_layers(image.get_layers())],
        'layers': {item.get_name(): layer(item) for item in all_layers(image.get_layers())},
    }


def fingerprint(image):
    """One hash over everything, pixels and parasites too: equal before and after means that nothing has changed."""
    text = [repr(describe(image))]
    for item in all_layers(image.get_layers()):
        text += [pixels(item).hex(), item.get_mask() and pixels(item.get_mask()).hex(), parasite(item)]
    text += [pixels(channel).hex() for channel in image.get_channels()]
    text += [pixels(image.get_selection()).hex(), parasite(image)]
    return hashlib.sha256(repr(text).encode()).hexdigest()


def parasite(owner):
    found = owner.get_parasite('rsr')
    return bytes(found.get_data()).decode() if found else None


def by_name(image, name):
    return next(item for item in all_layers(image.get_layers()) if item.get_name() == name)
