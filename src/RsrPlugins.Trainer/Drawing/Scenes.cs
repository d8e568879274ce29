// What vector art has little of and screens are full of: text in many fonts and sizes, thin lines at every phase, windows with buttons,
// tables and charts. Drawn at the large size with antialiasing; every choice comes from a number, so the same command draws the same
// pictures.
using RsrPlugins.Trainer.Data;
using SkiaSharp;

namespace RsrPlugins.Trainer.Drawing;

/// <summary>Draws scenes of one size.</summary>
internal sealed class Scenes : IDisposable
{
    private const int Width = 480;
    private const int Height = 384;

    private static readonly string[] _words =
    [
        "File",
        "Edit",
        "View",
        "Layer",
        "Window",
        "Help",
        "Save as",
        "Cancel",
        "Apply",
        "the",
        "quick",
        "brown",
        "fox",
        "jumps",
        "over",
        "lazy",
        "dog",
        "Sphinx",
        "quartz",
        "vow",
        "Größe",
        "été",
        "naïve",
        "Ærø",
        "résumé",
        "illustration",
        "minimum",
        "WAVE",
        "TOKYO",
        "Il1|",
        "0O8B",
        "@home",
        "%50",
        "#42",
        "{x}",
        "a/b",
        "2026",
        "3.14159",
        "1,024",
        "$9.99",
        "Menu",
        "Settings",
        "Account",
        "Search...",
        "network",
        "effort",
        "kerning",
        "glyph",
        "waltz",
        "nymph",
        "for",
        "quick",
        "jigs",
        "vex",
        "Bud",
        "Amazing",
        "offer",
        "SALE",
        "NEW",
        "Sans",
        "Serif",
        "Mono",
        "of",
        "and",
        "to",
        "in",
        "is",
    ];

    private readonly SKTypeface[] _typefaces;

    /// <param name="fontFolder">Folder of .ttf and .otf files, searched with its folders.</param>
    /// <exception cref="TrainerException">It has no font with Latin letters.</exception>
    internal Scenes(string fontFolder)
    {
        string[] files = Directory.Exists(fontFolder)
            ?
            [
                .. Directory
                    .EnumerateFiles(fontFolder, "*.*", SearchOption.AllDirectories)
                    .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".ttf" or ".otf")
                    .Order(StringComparer.Ordinal),
            ]
            : [];
        _typefaces =
        [
            .. files
                .Select(file => SKTypeface.FromFile(file))
                .OfType<SKTypeface>()
                .Where(typeface => typeface.ContainsGlyph('a') && typeface.ContainsGlyph('ß')),
        ];
        if (_typefaces.Length == 0)
        {
            throw new TrainerException($"{fontFolder}: fonts (.ttf, .otf) expected, found none. docs/training.md names Debian packages.");
        }
    }

    /// <summary>Lines and paragraphs of text on a plain or shaded ground.</summary>
    internal SKBitmap Text(SampleRandom random) =>
        Draw(
            (SKCanvas canvas, ref SampleRandom draw) =>
            {
                (SKColor ground, SKColor ink) = Colours(ref draw);
                canvas.Clear(ground);
                if (draw.NextInt(4) == 0)
                {
                    Shade(canvas, SKRect.Create(Width, Height), ground, ref draw);
                }

                float y = 4 + draw.NextInt(20);
                while (y < Height)
                {
                    float size = (float)(9 * Math.Pow(10, draw.NextDouble())); // 9 to 90 pixels: 4 to 22 at x4
                    int lines = size < 30 ? 1 + draw.NextInt(4) : 1;
                    SKTypeface typeface = _typefaces[draw.NextInt(_typefaces.Length)];
                    SKColor colour = draw.NextInt(3) == 0 ? Ink(ground, ref draw) : ink;
                    for (int line = 0; line < lines && y < Height; line++)
                    {
                        y += size * (1.05f + (0.3f * (float)draw.NextDouble()));
                        Write(canvas, Words(2 + draw.NextInt(9), ref draw), 4 + (float)(30 * draw.NextDouble()), y, size, typeface, colour);
                    }

                    y += size * 0.3f * (float)draw.NextDouble();
                }
            },
            random
        );

    /// <summary>Thin lines: grids, fans, hatching, rings, curves, one to eight large pixels wide, at any phase.</summary>
    internal static SKBitmap Lines(SampleRandom random) =>
        Draw(
            (SKCanvas canvas, ref SampleRandom draw) =>
            {
                (SKColor ground, SKColor ink) = Colours(ref draw);
                canvas.Clear(ground);
                for (int part = 0; part < 6; part++)
                {
                    SKRect area = SKRect.Create(part % 3 * Width / 3, part / 3 * Height / 2, Width / 3, Height / 2);
                    canvas.Save();
                    canvas.ClipRect(area);
                    using SKPaint stroke = Stroke(
                        draw.NextInt(3) == 0 ? Ink(ground, ref draw) : ink,
                        LineWidth(ref draw),
                        antialiased: true
                    );
                    float step = (stroke.StrokeWidth * 2) + (float)(24 * draw.NextDouble());
                    switch (draw.NextInt(6))
                    {
                        case 0: // whole pixels, no antialiasing, growing distances: every phase of every scale
                            stroke.IsAntialias = false;
                            stroke.StrokeWidth = 1 + draw.NextInt(6);
                            for (float x = area.Left + 3, gap = 5; x < area.Right; x += gap, gap += 1)
                            {
                                canvas.DrawLine((int)x, area.Top, (int)x, area.Bottom, stroke);
                            }

                            break;
                        case 1:
                            for (float x = area.Left - area.Height; x < area.Right; x += step)
                            {
                                canvas.DrawLine(x, area.Top, x + (area.Height * (float)draw.NextDouble()), area.Bottom, stroke);
                            }

                            break;
                        case 2:
                            for (int spoke = 0; spoke < 24; spoke++)
                            {
                                double angle = spoke * Math.PI / 12;
                                canvas.DrawLine(
                                    area.MidX,
                                    area.MidY,
                                    area.MidX + (90 * (float)Math.Cos(angle)),
                                    area.MidY + (90 * (float)Math.Sin(angle)),
                                    stroke
                                );
                            }

                            break;
                        case 3:
                            for (float radius = step / 2; radius < area.Width; radius += step)
                            {
                                canvas.DrawCircle(area.MidX + (float)draw.NextDouble(), area.MidY, radius, stroke);
                            }

                            break;
                        case 4:
                            for (float y = area.Top + (float)draw.NextDouble(); y < area.Bottom; y += step)
                            {
                                canvas.DrawLine(area.Left, y, area.Right, y, stroke);
                                canvas.DrawLine(area.Left + y - area.Top, area.Top, area.Left + y - area.Top, area.Bottom, stroke);
                            }

                            break;
                        default:
                            Curve(canvas, area, stroke, ref draw);
                            Curve(canvas, area, stroke, ref draw);
                            break;
                    }

                    canvas.Restore();
                }
            },
            random
        );

    /// <summary>One fine regular pattern over the whole picture: hatching, rings, grids, dots, bricks, bars. Made small they alias, and
    /// then nothing in a part of the picture says that it is not detail.</summary>
    internal static SKBitmap Patterns(SampleRandom random) =>
        Draw(
            (SKCanvas canvas, ref SampleRandom draw) =>
            {
                (SKColor ground, SKColor ink) = Colours(ref draw);
                canvas.Clear(ground);
                float width = 0.8f + (3.5f * (float)(draw.NextDouble() * draw.NextDouble()));
                float step = width + 1 + (float)(14 * draw.NextDouble() * draw.NextDouble());
                using SKPaint stroke = Stroke(ink, width, antialiased: draw.NextInt(4) > 0);
                using SKPaint fill = new SKPaint { Color = ink, IsAntialias = stroke.IsAntialias };
                SKPoint centre = new SKPoint(Width * (float)draw.NextDouble(), Height * (float)draw.NextDouble());
                int kind = draw.NextInt(6);
                if (kind != 1 && draw.NextInt(3) > 0)
                {
                    canvas.RotateDegrees((float)(180 * draw.NextDouble()), centre.X, centre.Y);
                }

                // Far enough beyond the picture for any angle.
                const float Reach = Width + Height;
                switch (kind)
                {
                    case 0:
                        Hatch(centre.X);
                        break;
                    case 1:
                        for (float radius = step / 2; radius < Reach; radius += step)
                        {
                            canvas.DrawCircle(centre, radius, stroke);
                        }

                        break;
                    case 2:
                        Hatch(centre.X);
                        canvas.RotateDegrees(draw.NextInt(2) == 0 ? 90 : 30 + draw.NextInt(60), centre.X, centre.Y);
                        Hatch(centre.X);
                        break;
                    case 3:
                        step = Math.Max(step, 4);
                        for (float y = centre.Y - Reach; y < centre.Y + Reach; y += step)
                        {
                            for (float x = centre.X - Reach; x < centre.X + Reach; x += step)
                            {
                                canvas.DrawCircle(x, y, step * 0.3f, fill);
                            }
                        }

                        break;
                    case 4:
                        step = Math.Max(step, 5);
                        for (int row = (int)(-Reach / step); row * step < Reach; row++)
                        {
                            float y = centre.Y + (row * step);
                            canvas.DrawLine(centre.X - Reach, y, centre.X + Reach, y, stroke);
                            for (float x = centre.X - Reach + (row % 2 == 0 ? 0 : step); x < centre.X + Reach; x += 2 * step)
                            {
                                canvas.DrawLine(x, y, x, y + step, stroke);
                            }
                        }

                        break;
                    default: // bars as wide as the gaps between them, before a ground that is not one colour
                        canvas.ResetMatrix();
                        Shade(canvas, SKRect.Create(Width, Height), ground, ref draw);
                        stroke.StrokeWidth = step / 2;
                        Hatch(centre.X);
                        break;
                }

                void Hatch(float middle)
                {
                    for (float x = middle - Reach; x < middle + Reach; x += step)
                    {
                        canvas.DrawLine(x, centre.Y - Reach, x, centre.Y + Reach, stroke);
                    }
                }
            },
            random
        );

    /// <summary>Shapes in an engraver's way: filled with parallel strokes that bend and swell, one layer or two across, with rims or
    /// without.</summary>
    internal static SKBitmap Engravings(SampleRandom random) =>
        Draw(
            (SKCanvas canvas, ref SampleRandom draw) =>
            {
                (SKColor ground, SKColor ink) = Colours(ref draw);
                canvas.Clear(ground);
                for (int shape = 4 + draw.NextInt(9); shape > 0; shape--)
                {
                    SKPoint centre = new SKPoint(Width * (float)draw.NextDouble(), Height * (float)draw.NextDouble());
                    float size = 100 + (400 * (float)draw.NextDouble());
                    using SKPath outline = Outline(centre, size, ref draw);
                    using SKPaint paper = new SKPaint { Color = ground, IsAntialias = true };
                    canvas.DrawPath(outline, paper);
                    canvas.Save();
                    canvas.ClipPath(outline, antialias: true);
                    for (int layer = 1 + draw.NextInt(2); layer > 0; layer--)
                    {
                        Strokes(centre, size, ref draw);
                    }

                    canvas.Restore();
                    if (draw.NextInt(3) > 0)
                    {
                        using SKPaint rim = Stroke(ink, 0.6f + (1.6f * (float)draw.NextDouble()), antialiased: true);
                        canvas.DrawPath(outline, rim);
                    }
                }

                void Strokes(SKPoint centre, float size, ref SampleRandom draw)
                {
                    float step = 1.6f + (7 * (float)(draw.NextDouble() * draw.NextDouble()));
                    float thin = 0.4f + (0.3f * step * (float)draw.NextDouble());
                    float thick = thin + (0.4f * step * (float)draw.NextDouble());
                    float bend = size * ((float)draw.NextDouble() - 0.5f);
                    int strokes = (int)(3 * size / step);
                    canvas.Save();
                    canvas.RotateDegrees((float)(180 * draw.NextDouble()), centre.X, centre.Y);
                    for (int stroke = 0; stroke < strokes; stroke++)
                    {
                        float part = stroke / (float)strokes;
                        float x = centre.X + ((stroke - (strokes / 2)) * step);
                        using SKPaint paint = Stroke(ink, thin + ((thick - thin) * part), antialiased: true);
                        using SKPath path = new SKPath();
                        path.MoveTo(x, centre.Y - (1.5f * size));
                        path.QuadTo(x + (bend * (0.5f + part)), centre.Y, x, centre.Y + (1.5f * size));
                        canvas.DrawPath(path, paint);
                    }

                    canvas.Restore();
                }
            },
            random
        );

    /// <summary>An interface: a window with menu, buttons, fields, a table, icons and a chart.</summary>
    internal SKBitmap Screen(SampleRandom random) =>
        Draw(
            (SKCanvas canvas, ref SampleRandom draw) =>
            {
                bool isDark = draw.NextInt(3) == 0;
                SKColor ground = Grey(isDark ? 18 + draw.NextInt(40) : 225 + draw.NextInt(31));
                SKColor panel = Grey(isDark ? 45 + draw.NextInt(30) : 240 + draw.NextInt(16));
                SKColor ink = Grey(isDark ? 205 + draw.NextInt(51) : draw.NextInt(60));
                SKColor accent = SKColor.FromHsv(draw.NextInt(360), 45 + draw.NextInt(56), 55 + draw.NextInt(46));
                SKTypeface typeface = _typefaces[draw.NextInt(_typefaces.Length)];
                int unit = 2 + draw.NextInt(3); // large pixels of one interface pixel
                float size = unit * (8 + draw.NextInt(6));
                float corner = draw.NextInt(2) == 0 ? 0 : unit * draw.NextInt(7);
                canvas.Clear(ground);
                using SKPaint line = Stroke(Grey(isDark ? 90 + draw.NextInt(60) : 130 + draw.NextInt(90)), unit, antialiased: false);
                using SKPaint fill = new SKPaint { Color = panel, IsAntialias = true };

                // Title bar and menu.
                float bar = (float)Math.Round(size * 1.8);
                if (draw.NextInt(2) == 0)
                {
                    Shade(canvas, SKRect.Create(Width, bar), accent, ref draw);
                }
                else
                {
                    fill.Color = panel;
                    canvas.DrawRect(0, 0, Width, bar, fill);
                }

                Write(canvas, Words(4, ref draw), size, size * 1.25f, size, typeface, ink);
                canvas.DrawLine(0, bar + (unit / 2f), Width, bar + (unit / 2f), line);

                for (float top = bar + (unit * 4); top < Height;)
                {
                    float height = size * (2 + (float)(4 * draw.NextDouble()));
                    for (float left = unit * 4; left < Width;)
                    {
                        float width = size * (4 + (float)(8 * draw.NextDouble()));
                        SKRect box = SKRect.Create((int)left, (int)top, (int)width, (int)height);
                        fill.Color = draw.NextInt(4) == 0 ? accent : panel;
                        switch (draw.NextInt(7))
                        {
                            case 0: // button
                                SKRect button = SKRect.Create(box.Left, box.Top, box.Width, (int)(size * 1.7f));
                                canvas.DrawRoundRect(button, corner, corner, fill);
                                line.IsAntialias = corner > 0;
                                button.Inflate(-unit / 2f, -unit / 2f);
                                canvas.DrawRoundRect(button, corner, corner, line);
                                line.IsAntialias = false;
                                Write(
                                    canvas,
                                    Words(1, ref draw),
                                    button.Left + (size / 2),
                                    button.Top + (size * 1.15f),
                                    size,
                                    typeface,
                                    fill.Color == accent ? Ink(accent, ref draw) : ink
                                );
                                break;
                            case 1: // table
                                canvas.DrawRect(box, fill);
                                for (float y = box.Top; y <= box.Bottom; y += (int)(size * 1.4f))
                                {
                                    canvas.DrawLine(box.Left, y + (unit / 2f), box.Right, y + (unit / 2f), line);
                                    Write(
                                        canvas,
                                        Words(1, ref draw),
                                        box.Left + (2 * unit),
                                        y + size + unit,
                                        size * 0.85f,
                                        typeface,
                                        Ink(fill.Color, ref draw)
                                    );
                                }

                                break;
                            case 2: // icon
                                fill.Color = accent;
                                canvas.DrawCircle(box.Left + size, box.Top + size, size, fill);
                                using (SKPaint mark = Stroke(ground, unit * 1.5f, antialiased: true))
                                {
                                    canvas.DrawLine(
                                        box.Left + (size * 0.5f),
                                        box.Top + size,
                                        box.Left + size,
                                        box.Top + (size * 1.5f),
                                        mark
                                    );
                                    canvas.DrawLine(
                                        box.Left + size,
                                        box.Top + (size * 1.5f),
                                        box.Left + (size * 1.6f),
                                        box.Top + (size * 0.5f),
                                        mark
                                    );
                                }

                                break;
                            case 3: // chart
                                canvas.DrawRect(box, fill);
                                using (
                                    SKPaint curve = Stroke(
                                        draw.NextInt(2) == 0 ? ink : SKColor.FromHsv(draw.NextInt(360), 80, 80),
                                        unit * (1 + draw.NextInt(2)),
                                        antialiased: true
                                    )
                                )
                                {
                                    Curve(canvas, box, curve, ref draw);
                                }

                                break;
                            case 4: // check boxes
                                for (float y = box.Top; y < box.Bottom; y += (int)(size * 1.5f))
                                {
                                    canvas.DrawRect(box.Left + (unit / 2f), y + (unit / 2f), (int)size, (int)size, line);
                                    Write(canvas, Words(2, ref draw), box.Left + (size * 1.5f), y + (size * 0.85f), size, typeface, ink);
                                }

                                break;
                            case 5: // a checked or striped pattern of whole interface pixels
                                fill.IsAntialias = false;
                                bool checkedPattern = draw.NextInt(2) == 0;
                                for (int y = 0; y < Math.Min(24, height / unit); y++)
                                {
                                    for (int x = 0; x < Math.Min(40, width / unit); x++)
                                    {
                                        if ((checkedPattern ? x + y : y) % 2 == 0)
                                        {
                                            canvas.DrawRect(box.Left + (x * unit), box.Top + (y * unit), unit, unit, fill);
                                        }
                                    }
                                }

                                fill.IsAntialias = true;
                                break;
                            default: // text
                                for (float y = box.Top + size; y < box.Bottom; y += size * 1.3f)
                                {
                                    Write(canvas, Words(3, ref draw), box.Left, y, size, typeface, ink);
                                }

                                break;
                        }

                        left += width + (unit * (2 + draw.NextInt(6)));
                    }

                    top += height + (unit * (3 + draw.NextInt(5)));
                }
            },
            random
        );

    public void Dispose()
    {
        foreach (SKTypeface typeface in _typefaces)
        {
            typeface.Dispose();
        }
    }

    private delegate void Painting(SKCanvas canvas, ref SampleRandom random);

    private static SKBitmap Draw(Painting paint, SampleRandom random)
    {
        SKBitmap bitmap = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKCanvas canvas = new SKCanvas(bitmap);
        paint(canvas, ref random);
        return bitmap;
    }

    private static void Write(SKCanvas canvas, string text, float x, float y, float size, SKTypeface typeface, SKColor colour)
    {
        using SKFont font = new SKFont(typeface, size)
        {
            Edging = SKFontEdging.Antialias,
            Subpixel = true,
            Hinting = SKFontHinting.None,
        };
        using SKPaint paint = new SKPaint { Color = colour, IsAntialias = true };
        canvas.DrawText(text, x, y, font, paint);
    }

    // A circle, an oblique rectangle or a triangle.
    private static SKPath Outline(SKPoint centre, float size, ref SampleRandom random)
    {
        SKPath outline = new SKPath();
        int corners = 2 + random.NextInt(3);
        if (corners == 2)
        {
            outline.AddCircle(centre.X, centre.Y, size / 2);
            return outline;
        }

        float turn = (float)(2 * Math.PI * random.NextDouble());
        outline.AddPoly(
            [
                .. Enumerable
                    .Range(0, corners)
                    .Select(corner => turn + (2 * MathF.PI * corner / corners))
                    .Select(angle => new SKPoint(centre.X + (size / 2 * MathF.Cos(angle)), centre.Y + (size / 2 * MathF.Sin(angle)))),
            ],
            close: true
        );
        return outline;
    }

    private static void Curve(SKCanvas canvas, SKRect area, SKPaint stroke, ref SampleRandom random)
    {
        using SKPath path = new SKPath();
        path.MoveTo(area.Left, area.Top + (area.Height * (float)random.NextDouble()));
        for (int i = 1; i <= 8; i++)
        {
            path.LineTo(area.Left + (area.Width * i / 8), area.Top + (area.Height * (float)random.NextDouble()));
        }

        canvas.DrawPath(path, stroke);
    }

    private static void Shade(SKCanvas canvas, SKRect area, SKColor colour, ref SampleRandom random)
    {
        SKColor other = colour
            .WithRed((byte)Math.Clamp(colour.Red + random.NextInt(90) - 45, 0, 255))
            .WithBlue((byte)Math.Clamp(colour.Blue + random.NextInt(90) - 45, 0, 255));
        using SKShader shader = SKShader.CreateLinearGradient(
            new SKPoint(area.Left, area.Top),
            new SKPoint(area.Left, area.Bottom),
            [colour, other],
            SKShaderTileMode.Clamp
        );
        using SKPaint paint = new SKPaint { Shader = shader };
        canvas.DrawRect(area, paint);
    }

    private static SKPaint Stroke(SKColor colour, float width, bool antialiased) =>
        new()
        {
            Color = colour,
            StrokeWidth = width,
            Style = SKPaintStyle.Stroke,
            IsAntialias = antialiased,
        };

    private static float LineWidth(ref SampleRandom random) => 1 + (float)(7 * random.NextDouble() * random.NextDouble());

    private static SKColor Grey(int level) => new((byte)level, (byte)level, (byte)level);

    private static string Words(int count, ref SampleRandom random)
    {
        string[] words = new string[count];
        for (int i = 0; i < count; i++)
        {
            words[i] = _words[random.NextInt(_words.Length)];
        }

        return string.Join(' ', words);
    }

    /// <summary>Black on white in two of five, white on black in one, else any two colours that can be told apart.</summary>
    private static (SKColor Ground, SKColor Ink) Colours(ref SampleRandom random)
    {
        SKColor ground = random.NextInt(5) switch
        {
            < 2 => SKColors.White,
            2 => Grey(random.NextInt(40)),
            3 => SKColor.FromHsv(random.NextInt(360), 20 + random.NextInt(80), 20 + random.NextInt(80)),
            _ => SKColor.FromHsv(random.NextInt(360), random.NextInt(30), 85 + random.NextInt(16)),
        };
        return (ground, random.NextInt(2) == 0 ? (Lightness(ground) > 128 ? SKColors.Black : SKColors.White) : Ink(ground, ref random));
    }

    private static SKColor Ink(SKColor ground, ref SampleRandom random)
    {
        for (int i = 0; i < 20; i++)
        {
            SKColor colour = SKColor.FromHsv(random.NextInt(360), random.NextInt(101), random.NextInt(101));
            if (Math.Abs(Lightness(colour) - Lightness(ground)) > 70)
            {
                return colour;
            }
        }

        return Lightness(ground) > 128 ? SKColors.Black : SKColors.White;
    }

    private static double Lightness(SKColor colour) => Core.Imaging.Luma.Bt601Studio(colour.Red, colour.Green, colour.Blue);
}
