// Draws the sample pictures, so that the repository holds no picture whose terms have to be explained and everybody can make
// them again, byte for byte (the packages are pinned and every random number comes from a fixed seed):
//
//     dotnet run samples/draw.cs -- samples
//
// Shapes are SVG, drawn large; the scene's sky, sea and stone get a noise texture; area averaging then makes the small picture,
// which so has edges and fine detail at its very limit of resolution, as a camera's has. Letters are strokes of our own,
// because fonts differ between machines.
#:package NetVips
#:package NetVips.Native
#:property TargetFramework=net10.0
#:property PublishAot=false
using System.Globalization;
using System.Text;
using NetVips;

string folder = args.Length > 0 ? args[0] : "samples";
Directory.CreateDirectory(folder);
Badge().WriteToFile(Path.Combine(folder, "badge.png"), new VOption { { "compression", 9 } });
Harbour().WriteToFile(Path.Combine(folder, "harbour.png"), new VOption { { "compression", 9 }, { "filter", Enums.ForeignPngFilter.All } });

// A club badge, 256 x 256 with transparency: flat colours, hard edges, thin lines, small letters.
static Image Badge()
{
    Svg svg = new Svg(256, 256);
    svg.Add(
        """<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#ffd9a0"/><stop offset="0.55" stop-color="#ff9a6b"/><stop offset="1" stop-color="#d9566b"/></linearGradient><clipPath id="inside"><circle cx="128" cy="118" r="84"/></clipPath></defs>"""
    );
    svg.Add(
        """<circle cx="128" cy="118" r="104" fill="#14304f"/><circle cx="128" cy="118" r="99.5" fill="none" stroke="#f4e6c8" stroke-width="1.2"/><circle cx="128" cy="118" r="88" fill="#f4e6c8"/>"""
    );
    svg.Add(
        """<g clip-path="url(#inside)"><rect x="40" y="30" width="176" height="176" fill="url(#sky)"/><circle cx="163" cy="104" r="21" fill="#fff3d1"/>"""
    );
    // Beams of the lamp.
    svg.Add("""<path d="M100,72 L30,46 L30,66 Z M100,72 L230,40 L230,60 Z" fill="#fff3d1" fill-opacity="0.75"/>""");
    svg.Add("""<path d="M40,150 L78,126 L96,140 L140,118 L170,140 L196,128 L230,152 L230,210 L40,210 Z" fill="#7a3355"/>""");
    svg.Add(
        """<path d="M88,160 L94,84 H106 L112,160 Z" fill="#fdf8ee"/><path d="M91.8,112 L92.9,98 H107.1 L108.2,112 Z M89.4,142 L90.6,127 H109.4 L110.6,142 Z" fill="#c8283c"/>"""
    );
    svg.Add(
        """<rect x="90" y="80" width="20" height="4" fill="#14304f"/><rect x="94" y="66" width="12" height="14" fill="#fff3d1" stroke="#14304f" stroke-width="1.6"/><path d="M91,66 L100,56 L109,66 Z" fill="#c8283c"/><path d="M100,56 V50" stroke="#14304f" stroke-width="1.4"/>"""
    );
    for (int line = 0; line < 9; line++)
    {
        string wave = string.Concat(
            Enumerable.Range(0, 12).Select(i => FormattableString.Invariant($" q5,{-2.5 - line * 0.15} 10,0 t10,0"))
        );
        svg.Add(
            FormattableString.Invariant(
                $"""<path d="M{30 - line * 4},{154 + line * 6.5} {wave} V215 H20 Z" fill="{(line % 2 == 0 ? "#1d5b79" : "#2b7a94")}"/>"""
            )
        );
    }

    svg.Add("</g>");
    // Forty ticks around the ring, like a watch.
    for (int tick = 0; tick < 40; tick++)
    {
        double angle = Math.PI * 2 * tick / 40;
        (double x, double y) = (Math.Cos(angle), Math.Sin(angle));
        svg.Add(
            FormattableString.Invariant(
                $"""<path d="M{128 + x * 91:F3},{118 + y * 91:F3} L{128 + x * (tick % 5 == 0 ? 97 : 94.5):F3},{118 + y * (tick % 5 == 0 ? 97 : 94.5):F3}" stroke="#f4e6c8" stroke-width="1"/>"""
            )
        );
    }

    svg.Add(
        """<path d="M22,190 H46 L40,203 L46,216 H22 L30,203 Z M234,190 H210 L216,203 L210,216 H234 L226,203 Z" fill="#8e1c30"/><path d="M38,184 H218 V210 H38 Z" fill="#c8283c"/><path d="M38,187 H218 M38,207 H218" stroke="#f4e6c8" stroke-width="0.8"/>"""
    );
    svg.Text("RSR SAILING", 128, 197, 13, "#fdf8ee", 2.1);
    svg.Text("EST 2026", 128, 226, 7, "#14304f", 1.1);
    return svg.Render(4, 4);
}

// A harbour in the evening, 320 x 213, as a photograph would show it: grain, grass, planks, ropes, a sign.
static Image Harbour()
{
    const int width = 320,
        height = 213,
        oversampling = 4;
    Random random = new Random(20260101);
    Svg svg = new Svg(width, height);
    svg.Add(
        """<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#41658f"/><stop offset="0.6" stop-color="#b9b3b0"/><stop offset="1" stop-color="#f2c48f"/></linearGradient><linearGradient id="w" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#c9a783"/><stop offset="0.25" stop-color="#6f7f8c"/><stop offset="1" stop-color="#23394a"/></linearGradient><linearGradient id="t" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#fbeedb"/><stop offset="0.55" stop-color="#e5d3c0"/><stop offset="1" stop-color="#8c8078"/></linearGradient><linearGradient id="r" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#d5483a"/><stop offset="0.55" stop-color="#b23a31"/><stop offset="1" stop-color="#5e2220"/></linearGradient></defs>"""
    );
    svg.Add("""<rect width="320" height="104" fill="url(#s)"/>""");
    svg.Add(Ridge(random, 96, 14, "#6b7487", 320) + Ridge(random, 101, 7, "#55606a", 320));
    svg.Add("""<rect y="103" width="320" height="110" fill="url(#w)"/>""");
    // Ripples: flat strokes, nearer ones longer, and the evening's glitter below the light.
    for (int ripple = 0; ripple < 1500; ripple++)
    {
        double depth = Math.Pow(random.NextDouble(), 1.6);
        double y = 103.5 + (depth * 72),
            x = random.NextDouble() * 330 - 5;
        double length = 1 + (depth * 11 * random.NextDouble());
        bool glitter = Math.Abs(x - 120 - (random.NextDouble() * 30)) < 12 + (depth * 22) && random.NextDouble() < 0.7;
        string colour =
            glitter ? "#ffe2b0"
            : random.NextDouble() < 0.5 ? "#15293a"
            : "#8fa3ad";
        svg.Add(
            FormattableString.Invariant(
                $"""<path d="M{x:F2},{y:F2} q{length / 2:F2},{-0.5 - depth:F2} {length:F2},0" stroke="{colour}" stroke-opacity="{0.25 + 0.45 * random.NextDouble():F2}" stroke-width="{0.25 + depth * 0.7:F2}" fill="none"/>"""
            )
        );
    }

    // The lighthouse on its rock, with courses of brick.
    svg.Add("""<path d="M196,112 L205,103 L214,106 L226,97 L262,96 L276,104 L290,103 L303,113 L302,120 L198,119 Z" fill="#4a4541"/>""");
    svg.Add(
        """<path d="M231,98 L236,34 H252 L257,98 Z" fill="url(#t)"/><path d="M233.2,70 L234.6,52 H253.4 L254.8,70 Z M231,98 L232.2,84 H255.8 L257,98 Z" fill="url(#r)"/>"""
    );
    for (int course = 0; course < 32; course++)
    {
        double y = 36 + (course * 2),
            half = 8 + ((y - 34) / 64 * 5);
        svg.Add(
            FormattableString.Invariant(
                $"""<path d="M{244 - half:F2},{y} H{244 + half:F2}" stroke="#3a2c28" stroke-opacity="0.35" stroke-width="0.35"/>"""
            )
        );
        for (double x = 244 - half + (course % 2 * 1.7); x < 244 + half; x += 3.4)
            svg.Add(
                FormattableString.Invariant($"""<path d="M{x:F2},{y} v2" stroke="#3a2c28" stroke-opacity="0.3" stroke-width="0.3"/>""")
            );
    }

    svg.Add(
        """<rect x="232.5" y="31" width="23" height="3.4" fill="#2c2a2b"/><rect x="237" y="20" width="14" height="11" fill="#ffe9b8"/><path d="M237,20 v11 M240.5,20 v11 M244,20 v11 M247.5,20 v11 M251,20 v11 M237,25.5 h14" stroke="#2c2a2b" stroke-width="0.8"/><path d="M234.5,20 Q244,8 253.5,20 Z" fill="#8e2a25"/><path d="M244,14 V6 M241.5,8 h5" stroke="#2c2a2b" stroke-width="0.7"/><path d="M231,31 v-4 M234,31 v-4 M254,31 v-4 M257,31 v-4 M230.5,27.4 h27" stroke="#2c2a2b" stroke-width="0.45" fill="none"/><path d="M242,60 h4 v6 h-4 Z M242,76 h4 v6 h-4 Z" fill="#2e3138"/>"""
    );

    // A sloop at anchor: its rigging is thinner than a pixel.
    svg.Add(
        """<path d="M52,128 H104 L97,138 H60 Z" fill="#f3efe8"/><path d="M53.4,130 H102.6 L101.4,132 H54.6 Z" fill="#23456b"/><path d="M78,128 V62" stroke="#5a4632" stroke-width="1.3"/><path d="M79.5,66 C92,84 97,106 99,122 L79.5,123 Z" fill="#fdf6e6"/><path d="M76.5,70 C66,90 60,108 56,124 L76.5,124 Z" fill="#e9dcc4"/><path d="M78,62 L52,128 M78,62 L104,128 M78,82 L70,128 M78,82 L86,128" stroke="#2f2a26" stroke-width="0.3" fill="none"/><path d="M79.7,84 L90.6,85 M79.7,102 L96.2,103" stroke="#b9a98c" stroke-width="0.4"/><path d="M78,62 l7,2.2 l-7,2.2 Z" fill="#c8283c"/><path d="M60,139 q18,5 37,0 M62,143 q16,4 33,0" stroke="#e9e2d4" stroke-opacity="0.5" stroke-width="0.8" fill="none"/>"""
    );
    svg.Text("MARA", 91, 134.4, 2.6, "#23456b", 0.5);

    // The pier: planks in perspective with nails and grain.
    svg.Add("""<path d="M0,213 V172 L150,150 L182,150 L236,213 Z" fill="#5d4a3a"/>""");
    for (int plank = 0; plank < 26; plank++)
    {
        double from = Math.Pow(plank / 26.0, 1.7),
            to = Math.Pow((plank + 1) / 26.0, 1.7);
        (double top, double bottom) = (150 + (from * 63), 150 + (to * 63) - 0.25);
        int shade = random.Next(96, 150);
        svg.Add(
            FormattableString.Invariant(
                $"""<path d="M{PierLeft(top):F2},{top:F2} L{PierRight(top):F2},{top:F2} L{PierRight(bottom):F2},{bottom:F2} L{PierLeft(bottom):F2},{bottom:F2} Z" fill="rgb({shade},{(int)(shade * 0.83)},{(int)(shade * 0.66)})"/>"""
            )
        );
        for (int grain = 0; grain < 14; grain++)
        {
            double y = top + ((bottom - top) * random.NextDouble()),
                x = PierLeft(y) + ((PierRight(y) - PierLeft(y)) * random.NextDouble());
            svg.Add(
                FormattableString.Invariant(
                    $"""<path d="M{x:F2},{y:F2} h{4 + 16 * random.NextDouble():F2}" stroke="#2e2119" stroke-opacity="0.45" stroke-width="{0.15 + 0.3 * to:F2}"/>"""
                )
            );
        }
    }

    svg.Add(
        """<path d="M0,152 L150,139 M0,172 L150,150" stroke="#3b2d23" stroke-width="2.2"/><path d="M14,176 V146 M62,168 V142 M104,161 V139 M138,155 V137" stroke="#3b2d23" stroke-width="3"/><path d="M14,150 Q38,166 62,146 Q84,160 104,143 Q122,153 138,140" stroke="#cdb98f" stroke-width="0.9" fill="none"/>"""
    );
    svg.Add(
        """<path d="M262,213 V141" stroke="#4a382b" stroke-width="4.5"/><rect x="229" y="134" width="66" height="31" rx="1.5" fill="#204f66"/><rect x="230.6" y="135.6" width="62.8" height="27.8" rx="1" fill="none" stroke="#f0e7d2" stroke-width="0.9"/>"""
    );
    svg.Text("PIER 4", 262, 145, 9.5, "#f7f0df", 1.7);
    svg.Text("SAILING TRIPS", 262, 157.5, 3.4, "#f7f0df", 0.62);

    // Grass at the water's edge, blade by blade.
    svg.Add("""<path d="M206,213 Q250,188 320,180 V213 Z" fill="#39421f"/>""");
    for (int blade = 0; blade < 1700; blade++)
    {
        double x = 200 + (125 * random.NextDouble()),
            ground = 213 - (Math.Max(0, x - 206) * 0.27),
            y = ground + (34 * random.NextDouble()) + 1;
        double tall = 4 + (10 * random.NextDouble()),
            lean = (random.NextDouble() - 0.35) * 6;
        int light = random.Next(40, 175);
        svg.Add(
            FormattableString.Invariant(
                $"""<path d="M{x:F2},{y:F2} q{lean * 0.2:F2},{-tall * 0.6:F2} {lean:F2},{-tall:F2}" stroke="rgb({(int)(light * 0.88)},{(int)(light * 0.92)},{(int)(light * 0.42)})" stroke-width="{0.25 + 0.4 * random.NextDouble():F2}" fill="none"/>"""
            )
        );
    }

    // Gulls.
    foreach ((double x, double y, double size) in new[] { (140.0, 40.0, 6.0), (158.0, 52.0, 4.5), (186.0, 30.0, 5.0), (30.0, 44.0, 4.0) })
        svg.Add(
            FormattableString.Invariant(
                $"""<path d="M{x},{y} q{size * 0.5},{-size * 0.6} {size},0 q{size * 0.5},{-size * 0.6} {size},0" stroke="#2b2d33" stroke-width="0.7" fill="none"/>"""
            )
        );

    Image large = svg.Render(oversampling, 1).ExtractBand(0, n: 3);
    return Weathered(large, width * oversampling, height * oversampling)
        .Shrink(oversampling, oversampling)
        .Cast(Enums.BandFormat.Uchar)
        .Copy(interpretation: Enums.Interpretation.Srgb);

    static double PierLeft(double y) => 150 - ((y - 150) / 63 * 150 * 1.15);
    static double PierRight(double y) => 182 + ((y - 150) / 63 * 54);
}

// Clouds in the sky, mottling on land and wood, and a little grain everywhere: what makes a drawing look taken.
static Image Weathered(Image image, int width, int height)
{
    byte[] samples = image.Cast(Enums.BandFormat.Uchar).WriteToMemory<byte>();
    for (int y = 0; y < height; y++)
    {
        double down = (double)y / height;
        for (int x = 0; x < width; x++)
        {
            int at = ((y * width) + x) * 3;
            double cloud = Math.Clamp((Noise.Fractal(x / 240.0, y / 70.0, 7, 1) - 0.47) * 3.4, 0, 1) * Math.Clamp((0.47 - down) * 6, 0, 1);
            bool sky = samples[at + 2] > 120 && down < 0.49;
            double mottle = (Noise.Fractal(x / 14.0, y / 9.0, 4, 2) - 0.5) * (sky ? 0.02 : 0.34);
            double grain = (Noise.At(x / 3, y / 3, 3) - 0.5) * 0.05;
            for (int channel = 0; channel < 3; channel++)
            {
                double value = samples[at + channel];
                if (sky)
                    value +=
                        (
                            (
                                channel == 0 ? 252
                                : channel == 1 ? 226
                                : 205
                            ) - value
                        )
                        * cloud
                        * 0.75;
                samples[at + channel] = (byte)Math.Clamp(value * (1 + mottle + grain), 0, 255);
            }
        }
    }

    return Image.NewFromMemoryCopy<byte>(samples, width, height, 3, Enums.BandFormat.Uchar);
}

static string Ridge(Random random, double y, double high, string colour, int width)
{
    double phase = random.NextDouble() * 100;
    StringBuilder path = new StringBuilder(FormattableString.Invariant($"M0,106 L0,{y} "));
    for (double x = 0; x <= width; x += 1.5)
        path.Append(FormattableString.Invariant($"L{x},{y - (high * Noise.Fractal((x + phase) / 45, phase, 5, 9)):F2} "));
    return $"""<path d="{path}L{width},106 Z" fill="{colour}"/>""";
}

// Value noise of integer places, and its sum over octaves.
internal static class Noise
{
    public static double At(int x, int y, int seed)
    {
        uint hash = unchecked((uint)((x * 374761393) + (y * 668265263) + (seed * 974634777)));
        hash = (hash ^ (hash >> 13)) * 1274126177;
        return ((hash ^ (hash >> 16)) & 0xFFFF) / 65535.0;
    }

    public static double Fractal(double x, double y, int octaves, int seed)
    {
        double sum = 0,
            weight = 0.5,
            total = 0;
        for (int octave = 0; octave < octaves; octave++, weight *= 0.55, x *= 2, y *= 2)
        {
            sum += weight * Smooth(x, y, seed + octave);
            total += weight;
        }

        return sum / total;
    }

    private static double Smooth(double x, double y, int seed)
    {
        int left = (int)Math.Floor(x),
            top = (int)Math.Floor(y);
        double right = Ease(x - left),
            down = Ease(y - top);
        double upper = At(left, top, seed) + ((At(left + 1, top, seed) - At(left, top, seed)) * right);
        double lower = At(left, top + 1, seed) + ((At(left + 1, top + 1, seed) - At(left, top + 1, seed)) * right);
        return upper + ((lower - upper) * down);
    }

    private static double Ease(double part) => part * part * (3 - (2 * part));
}

// An SVG being written, with letters made of strokes on a grid 4 wide and 6 high.
internal sealed class Svg(int width, int height)
{
    private static readonly Dictionary<char, string> Letters = new()
    {
        ['A'] = "M0,6 L2,0 L4,6 M0.7,4 H3.3",
        ['E'] = "M4,0 H0 V6 H4 M0,3 H3.2",
        ['G'] = "M4,1.2 C3.4,0.3 2.7,0 2,0 C0.8,0 0,1.2 0,3 C0,4.8 0.8,6 2,6 C3.2,6 4,5.2 4,3.4 H2.2",
        ['I'] = "M2,0 V6",
        ['L'] = "M0,0 V6 H4",
        ['M'] = "M0,6 V0 L2,3.6 L4,0 V6",
        ['N'] = "M0,6 V0 L4,6 V0",
        ['P'] = "M0,6 V0 H2.4 A1.6,1.6 0 0 1 2.4,3.2 H0",
        ['R'] = "M0,6 V0 H2.4 A1.6,1.6 0 0 1 2.4,3.2 H0 M2,3.2 L4,6",
        ['S'] =
            "M3.9,1.1 C3.5,0.3 2.8,0 2,0 C0.9,0 0.1,0.6 0.1,1.5 C0.1,2.5 0.9,2.8 2,3 C3.1,3.2 3.9,3.5 3.9,4.5 C3.9,5.4 3.1,6 2,6 C1.2,6 0.5,5.7 0.1,4.9",
        ['T'] = "M0,0 H4 M2,0 V6",
        ['V'] = "M0,0 L2,6 L4,0",
        ['Y'] = "M0,0 L2,3 L4,0 M2,3 V6",
        ['0'] = "M2,0 C0.8,0 0,1.2 0,3 C0,4.8 0.8,6 2,6 C3.2,6 4,4.8 4,3 C4,1.2 3.2,0 2,0 Z",
        ['2'] = "M0,1.6 C0,0.6 0.9,0 2,0 C3.1,0 4,0.6 4,1.6 C4,3.2 0,4.4 0,6 H4",
        ['4'] = "M3,6 V0 L0,4 H4",
        ['6'] = "M3.6,0.4 C1.6,-0.6 0,1.6 0,4 C0,5.2 0.8,6 2,6 C3.2,6 4,5.2 4,4.1 C4,3 3.2,2.4 2,2.4 C1,2.4 0.2,3 0,3.8",
        [' '] = string.Empty,
    };

    private readonly StringBuilder _elements = new();

    public void Add(string element) => _elements.AppendLine(element);

    /// <summary>Letters centred on a point.</summary>
    public void Text(string text, double x, double y, double high, string colour, double stroke)
    {
        double unit = high / 6,
            advance = 6 * unit;
        double start = x - (((text.Length * advance) - (2 * unit)) / 2);
        for (int index = 0; index < text.Length; index++)
        {
            if (Letters[text[index]].Length > 0)
                Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"""<path transform="translate({start + (index * advance):F3},{y - (high / 2):F3}) scale({unit:F4})" d="{Letters[text[index]]}" fill="none" stroke="{colour}" stroke-width="{stroke / unit:F3}" stroke-linecap="round" stroke-linejoin="round"/>"""
                    )
                );
        }
    }

    /// <summary>Draws at scale x oversampling and averages areas (premultiplied) back by the oversampling.</summary>
    public Image Render(int scale, int shrink)
    {
        string svg =
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">{_elements}</svg>""";
        Image large = Image.SvgloadBuffer(Encoding.UTF8.GetBytes(svg), scale: scale);
        return shrink == 1
            ? large
            : large
                .Premultiply()
                .Shrink(shrink, shrink)
                .Unpremultiply()
                .Rint()
                .Cast(Enums.BandFormat.Uchar)
                .Copy(interpretation: Enums.Interpretation.Srgb);
    }
}
