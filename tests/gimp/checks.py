# What must hold of the plug-in, called by scripts in a GIMP without windows. Run by checks.sh inside GIMP's own Python. References are what
# `rsr` makes of the same pixels from a PNG file. Every check is counted, none stops the rest.
import functools
import json
import os
import shutil
import struct
import subprocess
import sys
import time
import traceback
import zlib

sys.path.insert(0, '/repository/tests/gimp')
from document import *
from gi.repository import Gio, GLib

print = functools.partial(print, flush=True)
RSR = os.environ['RSR_PROGRAM']
PLUGIN = os.environ['RSR_PLUGIN']
SCRATCH = '/tmp/checks'
CHECKS = []
pdb = Gimp.get_pdb()
os.makedirs(SCRATCH)


def check(name):
    def register(function):
        CHECKS.append((name, function))
        return function
    return register


def call(name, image, layers=None, expect='success', **arguments):
    """Calls a procedure as a script does. Returns the error's text where one is expected."""
    procedure = pdb.lookup_procedure('plug-in-rsr-learned-' + name)
    config = procedure.create_config()
    config.set_property('run-mode', Gimp.RunMode.NONINTERACTIVE)
    config.set_property('image', image)
    config.set_core_object_array('drawables', layers if layers is not None else image.get_selected_drawables())
    for key, value in arguments.items():
        config.set_property(key, value)
    status = procedure.run(config).index(0).value_nick
    message = pdb.get_last_error()
    assert status == expect, f'{name} {arguments}: {status}, expected {expect}: {message}'
    return message


def same(found, expected, what=''):
    assert found == expected, f'{what}\n   found    {found!r}\n   expected {expected!r}'


def write_png(path, width, height, kind, bits, samples, profile=None):
    def chunk(name, data):
        return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))
    count = CHANNELS[kind]
    if bits == 16:
        samples = struct.pack(f'>{len(samples) // 2}H', *struct.unpack(f'={len(samples) // 2}H', samples))
    stride = width * count * bits // 8
    rows = b''.join(b'\0' + samples[y * stride:(y + 1) * stride] for y in range(height))
    with open(path, 'wb') as file:
        file.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, bits, {1: 0, 2: 4, 3: 2, 4: 6}[count], 0, 0, 0)))
        if profile:
            file.write(chunk(b'iCCP', b'profile\0\0' + zlib.compress(profile)))
        file.write(chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def rsr(arguments, source, target):
    subprocess.run([RSR, *arguments, '--device', 'cpu', '--force', '-o', target, source], check=True, stdout=subprocess.DEVNULL)


def read_png(path):
    """Size and samples, read by GIMP."""
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(path))
    layer = image.get_layers()[0]
    result = layer.get_width(), layer.get_height(), pixels(layer)
    image.delete()
    return result


def by_rsr(arguments, width, height, kind, bits, samples, profile=None):
    write_png(f'{SCRATCH}/in.png', width, height, kind, bits, samples, profile)
    rsr(arguments, f'{SCRATCH}/in.png', f'{SCRATCH}/out.png')
    return read_png(f'{SCRATCH}/out.png')


def layer_as_rsr(layer):
    return layer.get_width(), layer.get_height(), pixels(layer)


# ------------------------------------------------------------------------------------------------------------------ bytes

for bits in 8, 16:
    for kind in CHANNELS:
        @check(f'{kind} of {bits} bits: the bytes are those of rsr, enlarged and reduced')
        def bytes_are_those_of_rsr(kind=kind, bits=bits):
            width, height = 61, 43
            samples = draw(width, height, kind, bits)
            for name, arguments, options in (
                    ('upscale', ['upscale', '--scale', '2', '--source', 'photo'], {'scale': '2', 'source': 'photo'}),
                    ('downscale', ['downscale', '--scale', '3'], {'scale': '3'})):
                image = new_image(width, height, kind, bits)
                layer = add_layer(image, 'layer', width, height, kind, samples)
                same(pixels(layer), samples, 'what was put in')
                call(name, image, **options)
                found, expected = layer_as_rsr(layer), by_rsr(arguments, width, height, kind, bits, samples)
                same(found[:2], expected[:2], f'{name}: size')
                assert found[2] == expected[2], f'{name}: other bytes than rsr makes'
                assert len(set(found[2])) > 20, 'the picture is empty'
                image.delete()


@check('a colour profile: the bytes are those of rsr, the profile stays')
def profile_stays():
    profile = Gimp.ColorProfile.new_rgb_adobe()
    samples = draw(50, 40, 'RGB', 8)
    image = new_image(50, 40)
    layer = add_layer(image, 'layer', 50, 40, 'RGB', samples)
    image.set_color_profile(profile)
    same(pixels(layer), samples, 'what was put in')
    call('upscale', image, scale='2', source='photo')
    same(layer_as_rsr(layer), by_rsr(['upscale', '--scale', '2', '--source', 'photo'], 50, 40, 'RGB', 8, samples, bytes(profile.get_icc_profile())))
    assert image.get_color_profile().is_equal(profile), 'another profile'
    image.delete()


@check('effort: the bytes are those of rsr')
def effort():
    samples = draw(64, 48, 'RGB', 8)
    image = new_image(64, 48)
    layer = add_layer(image, 'layer', 64, 48, 'RGB', samples)
    call('downscale', image, scale='2', effort=3)
    same(layer_as_rsr(layer), by_rsr(['downscale', '--scale', '2', '--effort', '3'], 64, 48, 'RGB', 8, samples))
    image.delete()


@check('clean-up, pixel art, a named model: the bytes are those of rsr')
def cleanup_and_pixels():
    ordinary = draw(40, 30, 'RGB', 8)
    own = draw(20, 15, 'RGBA', 8)
    blocks = b''.join(b''.join(own[(y * 20 + x) * 4:(y * 20 + x) * 4 + 4] * 2 for x in range(20)) * 2 for y in range(15))
    for kind, samples, arguments, options in (
            ('RGB', ordinary, ['--scale', '2', '--cleanup', 'high'], {'scale': '2', 'cleanup': 'high'}),
            ('RGB', ordinary, ['--scale', '4', '--cleanup', 'low'], {'scale': '4', 'cleanup': 'low'}),
            ('RGB', ordinary, ['--scale', '2', '--source', 'drawing'], {'scale': '2', 'source': 'drawing'}),
            ('RGBA', blocks, ['--scale', '3', '--source', 'pixel'], {'scale': '3', 'source': 'pixel'}),
            ('RGBA', blocks, ['--scale', '2'], {'scale': '2'}),
            ('RGB', ordinary, ['--scale', '2', '--strength', '40'], {'scale': '2', 'strength': 40, 'strength-use': 'exact'}),
            ('RGB', ordinary, ['--scale', '2', '--strength', '100'], {'scale': '2', 'strength-use': 'exact'}),
            ('RGB', ordinary, ['--scale', '1', '--cleanup', 'low'], {'scale': 'exact', 'width': 40, 'height': 30, 'cleanup': 'low'}),
            ('RGB', ordinary, ['--scale', '3', '--model', 'srnet-x4-photo'], {'scale': '3', 'model': 'srnet-x4-photo'})):
        image = new_image(40, 30)
        layer = add_layer(image, 'layer', 40, 30, kind, samples)
        call('upscale', image, **options)
        same(layer_as_rsr(layer), by_rsr(['upscale', *arguments], 40, 30, kind, 8, samples), repr(options))
        image.delete()


@check('an image from a JPEG file is cleaned up a little by itself, also after an XCF file')
def from_jpeg():
    drawn = new_image(48, 32)
    add_layer(drawn, 'layer', 48, 32, 'RGB', draw(48, 32, 'RGB', 8))
    jpeg, xcf = (Gio.File.new_for_path(f'{SCRATCH}/drawn.{extension}') for extension in ('jpg', 'xcf'))
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, drawn, jpeg)
    drawn.delete()
    opened = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, jpeg)
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, opened, xcf)
    opened.delete()
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, xcf)
    layer = image.get_layers()[0]
    samples = pixels(layer)
    call('upscale', image, scale='2')
    same(layer_as_rsr(layer), by_rsr(['upscale', '--scale', '2', '--cleanup', 'low'], 48, 32, 'RGB', 8, samples))
    image.delete()


@check('layers of a document, each on its own: the bytes are those of rsr')
def layers_of_a_document():
    image = everything()
    before = {name: pixels(by_name(image, name)) for name in ('base', 'badge', 'thin', 'locked', 'inner', 'innermost')}
    sizes = {name: (by_name(image, name).get_width(), by_name(image, name).get_height()) for name in before}
    call('upscale', image, scale='2', source='photo')
    for name, samples in before.items():
        kind = 'RGB' if name == 'base' else 'RGBA'
        same(layer_as_rsr(by_name(image, name)), by_rsr(['upscale', '--scale', '2', '--source', 'photo'], *sizes[name], kind, 8, samples), name)
    image.delete()


# --------------------------------------------------------------------------------------------------------------- documents

def followed(image, before, scale):
    """Everything of the document is where it belongs after a change by the scale, a fraction for a reduction."""
    after = describe(image)
    def round_half_away(value):
        return int(abs(value) + 0.5) * (1 if value >= 0 else -1)
    def size(value):
        return tuple(-(-side // round(1 / scale)) if scale < 1 else side * scale for side in value)
    for key in 'order', 'precision', 'type', 'resolution':
        same(after[key], before[key], key)
    same(after['canvas'], size(before['canvas']), 'canvas')
    factors = [after['canvas'][i] / before['canvas'][i] for i in (0, 1)]
    for name, layer in before['layers'].items():
        found = after['layers'][name]
        for key in 'opacity', 'mode', 'visible', 'locks', 'group', 'parent':
            same(found[key], layer[key], f'{name}: {key}')
        if not layer['group'] and name != 'Hello':
            same(found['size'], size(layer['size']), f'{name}: size')
            same(found['place'], tuple(round_half_away(place * scale) for place in layer['place']), f'{name}: place')
        if layer['mask']:
            same(found['mask'], found['size'], f'{name}: size of the mask')
    for (kind, place), (kind_before, place_before) in zip(after['guides'], before['guides']):
        same(kind, kind_before)
        assert abs(place - place_before * factors[kind == 'horizontal']) <= 1, f'guide at {place}'
    same(len(after['guides']), len(before['guides']), 'guides')
    for found, expected in zip(after['selection'][1:], before['selection'][1:]):
        assert abs(found - expected * scale) <= 2, f'selection {after["selection"]}'
    same(after['channels'], [(name, *after['canvas']) for name, _, _ in before['channels']], 'channels')
    for found, expected in zip(after['paths'][0][0], before['paths'][0][0]):
        assert abs(found - expected * scale) < 1.5, f'path {after["paths"]}'


def edge_of(mask):
    """Where a mask of two halves changes from black to white, and how wide the change is."""
    row = pixels(mask)[:mask.get_width()]
    between = [x for x, value in enumerate(row) if 8 < value < 247]
    return sum(1 for value in row if value < 128), len(between)


@check('a document with everything, enlarged: all of it follows')
def everything_enlarged():
    image = everything()
    before = describe(image)
    call('upscale', image, scale='2')
    followed(image, before, 2)
    for name, edge in ('badge', 24), ('group', 60):
        found, width = edge_of(by_name(image, name).get_mask())
        assert abs(found - edge) <= 1 and width <= 3, f'{name}: the mask changes at {found} over {width} pixels, expected {edge}'
    assert abs(edge_of(image.get_channels()[0])[0] - 100) <= 1, 'channel'
    assert 0.4 < sum(value > 0 for value in pixels(by_name(image, 'Hello'))[3::4]) / 80 / 34 * 2, 'the text is gone'
    image.delete()


@check('a document with everything, reduced: all of it follows')
def everything_reduced():
    image = everything()
    before = describe(image)
    call('downscale', image, scale='3')
    followed(image, before, 1 / 3)
    for name, edge in ('badge', 4), ('group', 10):
        found, width = edge_of(by_name(image, name).get_mask())
        assert abs(found - edge) <= 1 and width <= 3, f'{name}: the mask changes at {found} over {width} pixels, expected {edge}'
    image.delete()


@check('down and up again: the exact sizes and places, through an XCF file, and the bytes that rsr restores')
def down_and_up():
    image = everything()
    before = describe(image)
    base = pixels(by_name(image, 'base'))
    call('downscale', image, scale='3')
    record = json.loads(parasite(image))
    same((record['scale'], record['width'], record['height'], record['steps'][0]['model']), (3, 100, 70, 'rrnet-x3-learned'), 'what the image remembers')
    small = describe(image), {item.get_name(): pixels(item) for item in all_layers(image.get_layers()) if not item.is_group()}
    file = Gio.File.new_for_path(f'{SCRATCH}/small.xcf')
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, file)
    image.delete()
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, file)
    same(describe(image), small[0], 'the document from the file')
    same({item.get_name(): pixels(item) for item in all_layers(image.get_layers()) if not item.is_group()}, small[1], 'pixels from the file')
    call('upscale', image, scale='3')
    after = describe(image)
    same(after['canvas'], before['canvas'], 'canvas')
    for name, layer in before['layers'].items():
        if not layer['group'] and name != 'Hello':
            same((after['layers'][name]['size'], after['layers'][name]['place']), (layer['size'], layer['place']), name)
    same(parasite(image), None, 'what the image remembers once it is back')
    write_png(f'{SCRATCH}/base.png', 100, 70, 'RGB', 8, base)
    rsr(['downscale', '--scale', '3'], f'{SCRATCH}/base.png', f'{SCRATCH}/base-small.png')
    rsr(['upscale'], f'{SCRATCH}/base-small.png', f'{SCRATCH}/base-back.png')
    same(layer_as_rsr(by_name(image, 'base')), read_png(f'{SCRATCH}/base-back.png'), 'the base layer')
    image.delete()


@check('down twice and up twice: the exact sizes')
def down_twice():
    image = new_image(101, 67)
    add_layer(image, 'base', 101, 67, 'RGB', draw(101, 67, 'RGB', 8))
    add_layer(image, 'spot', 21, 23, 'RGBA', draw(21, 23, 'RGBA', 8), 33, -5)
    before = describe(image)
    for name, scale in ('downscale', '3'), ('downscale', '2'), ('upscale', '2'), ('upscale', '3'):
        call(name, image, scale=scale)
    same(describe(image), before)
    image.delete()


@check('down twice and back at once; half of the way; the same weights as rsr takes')
def down_twice_up_once():
    samples = draw(101, 67, 'RGB', 8)
    image = new_image(101, 67)
    base = add_layer(image, 'base', 101, 67, 'RGB', samples)
    for _ in range(2):
        call('downscale', image, scale='2')
    half = image.duplicate()
    call('upscale', image, scale='4')
    same((image.get_width(), image.get_height(), parasite(image)), (101, 67, None))
    write_png(f'{SCRATCH}/base.png', 101, 67, 'RGB', 8, samples)
    rsr(['downscale', '--scale', '2'], f'{SCRATCH}/base.png', f'{SCRATCH}/a.png')
    rsr(['downscale', '--scale', '2'], f'{SCRATCH}/a.png', f'{SCRATCH}/b.png')
    rsr(['upscale'], f'{SCRATCH}/b.png', f'{SCRATCH}/c.png')
    rsr(['upscale', '--scale', '2', '--source', 'learned'], f'{SCRATCH}/c.png', f'{SCRATCH}/d.png')
    width, height, expected = read_png(f'{SCRATCH}/d.png')
    assert (width, height) == (102, 68), (width, height)
    same(pixels(base), b''.join(expected[y * 102 * 3:(y * 102 + 101) * 3] for y in range(67)), 'pixels')
    call('upscale', half, scale='2')
    record = json.loads(parasite(half))
    same((half.get_width(), half.get_height(), record['scale'], record['width'], len(record['steps'])), (51, 34, 2, 101, 1), 'half of the way')
    image.delete()
    half.delete()


@check('exact sizes: the bytes are those of rsr, layers get their share')
def exact_sizes():
    samples, spot = draw(60, 40, 'RGB', 8), draw(20, 10, 'RGBA', 8)
    for name, size, share, place in ('upscale', (150, 100), (50, 25), (25, 50)), ('downscale', (24, 16), (8, 4), (4, 8)):
        image = new_image(60, 40)
        base = add_layer(image, 'base', 60, 40, 'RGB', samples)
        layer = add_layer(image, 'spot', 20, 10, 'RGBA', spot, 10, 20)
        call(name, image, scale='exact', width=size[0])
        source = ['--source', 'photo'] if name == 'upscale' else []
        same((image.get_width(), image.get_height()), size, 'canvas')
        same(layer_as_rsr(base), by_rsr([name, '--width', str(size[0]), *source], 60, 40, 'RGB', 8, samples), f'{name}: base')
        same(layer_as_rsr(layer), by_rsr([name, '--width', str(share[0]), '--height', str(share[1]), *source], 20, 10, 'RGBA', 8, spot), f'{name}: layer')
        same(describe(image)['layers']['spot']['place'], place, f'{name}: place')
        image.delete()


@check('a layer added after the reduction is an ordinary one on the way back')
def added_layer():
    image = new_image(60, 40)
    add_layer(image, 'base', 60, 40, 'RGB', draw(60, 40, 'RGB', 8))
    call('downscale', image, scale='2')
    samples = draw(20, 15, 'RGBA', 8, 9)
    layer = add_layer(image, 'new', 20, 15, 'RGBA', samples, 3, 4)
    call('upscale', image, scale='2')
    same(layer_as_rsr(layer), by_rsr(['upscale', '--scale', '2', '--source', 'photo'], 20, 15, 'RGBA', 8, samples))
    same(describe(image)['layers']['new']['place'], (6, 8))
    image.delete()


@check('precisions: each stays, flat colours keep their value, values above 1 survive')
def precisions():
    for name in ('U8_LINEAR', 'U8_PERCEPTUAL', 'U16_LINEAR', 'U16_PERCEPTUAL', 'U32_LINEAR', 'U32_NON_LINEAR', 'U32_PERCEPTUAL', 'HALF_LINEAR',
                 'HALF_NON_LINEAR', 'FLOAT_LINEAR', 'FLOAT_NON_LINEAR', 'FLOAT_PERCEPTUAL', 'DOUBLE_LINEAR', 'DOUBLE_PERCEPTUAL'):
        precision = getattr(Gimp.Precision, name)
        image = new_image(24, 18, 'RGB', precision=precision)
        bright = 3.5 if name[:4] in ('HALF', 'FLOA', 'DOUB') else 0.9
        colours = struct.pack('=4f', bright, 0.25, 0.5, 1.0)
        layer = add_layer(image, 'flat', 24, 18, 'RGBA', colours * (24 * 18), encoding='RGBA float')
        for step, scale in ('upscale', '2'), ('downscale', '2'):
            call(step, image, scale=scale, **({'source': 'photo'} if step == 'upscale' else {}))
        same(image.get_precision(), precision, name)
        area = Gegl.Rectangle.new(12, 9, 1, 1)
        found = struct.unpack('=4f', bytes(layer.get_buffer().get(area, 1.0, 'RGBA float', Gegl.AbyssPolicy.NONE)))
        for value, expected in zip(found, (bright, 0.25, 0.5, 1.0)):
            assert abs(value - expected) < 0.012 * max(1, expected), f'{name}: {found}'
        image.delete()


@check('an indexed image becomes RGB and is resized')
def indexed():
    image = new_image(40, 30)
    layer = add_layer(image, 'layer', 40, 30, 'RGB', draw(40, 30, 'RGB', 8))
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False, False, '')
    area = Gegl.Rectangle.new(0, 0, 40, 30)
    samples = bytes(layer.get_buffer().get(area, 1.0, "R'G'B' u8", Gegl.AbyssPolicy.NONE))
    call('upscale', image, scale='2', source='photo')
    same(image.get_base_type(), Gimp.ImageBaseType.RGB)
    same(layer_as_rsr(layer), by_rsr(['upscale', '--scale', '2', '--source', 'photo'], 40, 30, 'RGB', 8, samples))
    image.delete()


# ------------------------------------------------------------------------------------------------------------------- parts

@check('the selected layer alone: canvas and other layers stay, the centre stays')
def layer_alone():
    image = everything()
    before = describe(image)
    badge = by_name(image, 'badge')
    samples = pixels(badge)
    call('upscale', image, [badge], part='layer', scale='2', source='photo')
    after = describe(image)
    same(layer_as_rsr(badge), by_rsr(['upscale', '--scale', '2', '--source', 'photo'], 31, 17, 'RGBA', 8, samples))
    same(after['layers']['badge'].pop('place'), (-27, 15), 'place: -11 + 31 / 2 - 31, 23 + 17 / 2 - 17, halves away from zero')
    for key in 'size', 'mask', 'place':
        before['layers']['badge'].pop(key), after['layers']['badge'].pop(key, None)
    same(after, before, 'the rest')
    image.delete()


@check("the selection's part: a new layer above, the selection's softness in its alpha, the rest stays")
def part_of_a_layer():
    image = new_image(80, 60)
    base = add_layer(image, 'base', 80, 60, 'RGB', draw(80, 60, 'RGB', 8))
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 10, 30, 24)
    before = pixels(base)
    call('upscale', image, [base], part='selection', scale='2', source='photo')
    layers = image.get_layers()
    same([layer.get_name() for layer in layers], ['base part', 'base'])
    same(describe(image)['layers']['base part']['place'], (5, -2))
    rows = b''.join(before[(y * 80 + 20) * 3:(y * 80 + 50) * 3] for y in range(10, 34))
    opaque = b''.join(rows[i:i + 3] + b'\xff' for i in range(0, len(rows), 3))
    same(layer_as_rsr(layers[0]), by_rsr(['upscale', '--scale', '2', '--source', 'photo'], 30, 24, 'RGBA', 8, opaque))
    same((pixels(base), image.get_width()), (before, 80), 'the rest')
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 20, 10, 30, 24)
    call('upscale', image, [base], part='selection', scale='2', source='photo')
    alphas = pixels(image.get_layers()[1])[3::4]
    assert alphas[0] == 0 and alphas[24 * 60 + 30] == 255 and any(0 < alpha < 255 for alpha in alphas), 'alpha is not the selection'
    image.delete()


# ------------------------------------------------------------------------------------------------------------------ errors

def refused(image, words, name='upscale', layers=None, **arguments):
    before = fingerprint(image)
    message = call(name, image, layers, 'execution-error', **arguments)
    assert words in message, f'{message!r} does not say {words!r}'
    same(fingerprint(image), before, 'the document has changed')


@check('refusals in plain words: nothing selected, a channel, a floating selection, too large a result')
def refusals():
    image = everything()
    base = by_name(image, 'base')
    Gimp.Selection.none(image)
    refused(image, 'Nothing is selected', layers=[base], part='selection')
    refused(image, 'is not a layer', layers=[image.get_channels()[0]], part='layer')
    refused(image, 'No layer is chosen', layers=[], part='layer')
    refused(image, '50 x 35 is not larger than 100 x 70', scale='exact', width=50)
    refused(image, 'No model nothing', scale='2', model='nothing')
    refused(image, 'exact size is missing', name='downscale', scale='exact')
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 20, 20)
    Gimp.Selection.float(image, [base], 0, 0)
    refused(image, 'floating selection')
    image.delete()
    image = new_image(200000, 1)
    add_layer(image, 'wide', 200000, 1, 'RGB')
    message = call('upscale', image, expect='execution-error', scale='4')
    assert '800000 x 4' in message and '524288' in message, message
    image.delete()


@check('a damaged model: an error that says which file, and an unchanged document')
def damaged_model():
    image = new_image(30, 20)
    add_layer(image, 'base', 30, 20, 'RGB', draw(30, 20, 'RGB', 8))
    model = next(f'{PLUGIN}/models/{name}' for name in sorted(os.listdir(f'{PLUGIN}/models')) if name.startswith('srnet-x2-photo') and name.endswith('.onnx'))
    shutil.copy(model, f'{SCRATCH}/model')
    with open(model, 'r+b') as file:
        file.seek(1000)
        file.write(b'damage')
    try:
        refused(image, 'is damaged', scale='2', source='photo')
        os.remove(model)
        refused(image, 'not installed', scale='2', source='photo')
    finally:
        shutil.copy(f'{SCRATCH}/model', model)
    call('upscale', image, scale='2', source='photo')
    image.delete()


@check('killed in the middle: GIMP goes on, the document is whole')
def killed():
    image = new_image(700, 500)
    add_layer(image, 'base', 700, 500, 'RGB', draw(70, 50, 'RGB', 8) * 100)
    before = fingerprint(image)
    killer = subprocess.Popen(['sh', '-c', 'until pid=$(pgrep -x rsr-gimp); do sleep 0.02; done; sleep 1.5; kill -9 $pid'])
    call('downscale', image, expect='calling-error', scale='2', effort=100)
    killer.wait()
    same(fingerprint(image), before, 'the document has changed')
    call('downscale', image, scale='2')
    same((image.get_width(), image.get_height()), (350, 250))
    image.delete()


@check('the program by itself says what works')
def self_check():
    done = subprocess.run([f'{PLUGIN}/rsr-gimp', '--check'], capture_output=True, text=True)
    assert done.returncode == 0 and "GIMP's libraries load." in done.stdout and 'srnet-x2-photo: computed' in done.stdout, done.stdout + done.stderr


@check('both procedures are in the Image menu; every letter to press stands for one thing')
def menu():
    for name, own in ('upscale', 'u'), ('downscale', 'd'):
        procedure = pdb.lookup_procedure('plug-in-rsr-learned-' + name)
        same((procedure.get_menu_paths(), procedure.get_menu_label()), (['<Image>/Image'], f'Learned _{name.capitalize()}...'))
        letters = [argument.nick[argument.nick.index('_') + 1].lower() for argument in procedure.get_arguments() if '_' in argument.nick]
        assert len(letters) >= 4, letters
        # The dialog's own: Reset, Cancel, Load and Save Settings.
        taken = letters + [own, *'rcls']
        same(sorted(taken), sorted(set(taken)), name)


passed = failed = 0
only = os.environ.get('ONLY', '')
for name, function in CHECKS:
    if only not in name:
        continue
    began = time.time()
    try:
        function()
        passed += 1
        print(f'ok      {name} ({time.time() - began:.1f} s)')
    except Exception:
        failed += 1
        print(f'FAILED  {name} ({time.time() - began:.1f} s)')
        print('\n'.join('        ' + line[:600] for line in traceback.format_exc().splitlines()[-12:]))
print(f'{passed} passed, {failed} failed, 0 skipped')
