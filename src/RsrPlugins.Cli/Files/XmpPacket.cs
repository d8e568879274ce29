// XMP, read once into a tree, and what is done to it: our own property is read, set and removed; what it says of sizes, places and the
// gain map is brought up to date; IPTC and PNG texts are told in it where a format has no other place for them.
// XMP that is not well-formed is kept as it is: it belongs to the user. XMP beyond the limits here is no picture's: it is dropped.
using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using RsrPlugins.Cli.Files.Metadata;
using RsrPlugins.Core.Sizes;

namespace RsrPlugins.Cli.Files;

/// <summary>XMP that is made to harm: the message says what is too much.</summary>
internal sealed class XmpLimitException(string found) : Exception(found);

/// <summary>The forms of an XMP property that are written here.</summary>
internal enum XmpKind
{
    /// <summary>One text.</summary>
    Text,

    /// <summary>Texts by language; ours is the default.</summary>
    Language,

    /// <summary>Texts in no order.</summary>
    Bag,

    /// <summary>Texts in order.</summary>
    Sequence,
}

internal sealed class XmpPacket
{
    public static readonly XNamespace Dc = "http://purl.org/dc/elements/1.1/";
    public static readonly XNamespace Xap = "http://ns.adobe.com/xap/1.0/";

    // XMP's own data model needs some ten levels, edit histories of editors twice that. A depth map of a phone is 10 MB.
    private const int MaxDepth = 100;
    private const int MaxNodes = 500_000;
    private const int MaxBytes = 32_000_000;

    private static readonly XNamespace _meta = "adobe:ns:meta/";
    private static readonly XNamespace _rdfNames = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private static readonly XNamespace _tiff = "http://ns.adobe.com/tiff/1.0/";
    private static readonly XNamespace _exif = "http://ns.adobe.com/exif/1.0/";
    private static readonly XNamespace _panorama = "http://ns.google.com/photos/1.0/panorama/";
    private static readonly XNamespace _regions = "http://www.metadataworkinggroup.com/schemas/regions/";
    private static readonly XNamespace _dimensions = "http://ns.adobe.com/xap/1.0/sType/Dimensions#";
    private static readonly XNamespace _area = "http://ns.adobe.com/xmp/sType/Area#";
    private static readonly XNamespace _notes = "http://ns.adobe.com/xmp/note/";
    private static readonly XNamespace _camera = "http://ns.google.com/photos/1.0/camera/";
    private static readonly XName _thumbnails = Xap + "Thumbnails";
    private static readonly XName _hasExtended = _notes + "HasExtendedXMP";
    private static readonly XName _property = (XNamespace)DownscaleRecord.XmpNamespace + DownscaleRecord.XmpProperty;

    // Adobe's and Google's, ISO 21496-1's draft, Apple's.
    private static readonly XNamespace[] _gainMaps = ["http://ns.adobe.com/hdr-gain-map/1.0/", "http://ns.apple.com/HDRGainMap/1.0/"];

    private static readonly XNamespace[] _attached =
    [
        .. _gainMaps,
        "http://ns.google.com/photos/1.0/container/",
        "http://ns.google.com/photos/1.0/container/item/",
    ];

    private static readonly Dictionary<XNamespace, string> _prefixes = new()
    {
        [Dc] = "dc",
        [Xap] = "xmp",
        ["http://ns.adobe.com/photoshop/1.0/"] = "photoshop",
        ["http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"] = "Iptc4xmpCore",
        ["http://ns.adobe.com/xap/1.0/rights/"] = "xmpRights",
    };

    private readonly XDocument _document;
    private readonly XElement _rdf;

    private XmpPacket(XDocument document, XElement rdf)
    {
        _document = document;
        _rdf = rdf;
    }

    public static XmpPacket Empty()
    {
        XElement rdf = new XElement(_rdfNames + "RDF", new XAttribute(XNamespace.Xmlns + "rdf", _rdfNames));
        XElement meta = new XElement(_meta + "xmpmeta", new XAttribute(XNamespace.Xmlns + "x", _meta), rdf);
        // Found by programs that search whole files for it.
        XProcessingInstruction begin = new XProcessingInstruction("xpacket", "begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"");
        return new XmpPacket(new XDocument(begin, meta, new XProcessingInstruction("xpacket", "end=\"w\"")), rdf);
    }

    /// <summary>Null where the bytes are not XMP that can be edited.</summary>
    /// <exception cref="XmpLimitException">Deeper or larger than any honest packet; nothing has been built from it.</exception>
    public static XmpPacket? Parse(byte[] bytes)
    {
        if (bytes.Length > MaxBytes)
        {
            throw new XmpLimitException($"{bytes.Length / 1_000_000} MB");
        }

        try
        {
            Check(bytes);
            using XmlReader reader = Reader(bytes);
            return Of(XDocument.Load(reader, LoadOptions.PreserveWhitespace));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>A packet that can be changed without changing this one.</summary>
    public XmpPacket Clone() => Of(new XDocument(_document))!;

    private static XmpPacket? Of(XDocument document) =>
        document.Descendants(_rdfNames + "RDF").FirstOrDefault() is { } rdf ? new XmpPacket(document, rdf) : null;

    // A reader keeps no tree: depth and number are known before anything grows with them. Building and walking a tree goes down one
    // stack frame a level, and a stack overflow cannot be caught.
    private static void Check(byte[] bytes)
    {
        using XmlReader reader = Reader(bytes);
        int nodes = 0;
        while (reader.Read())
        {
            nodes += 1 + reader.AttributeCount;
            if (reader.Depth > MaxDepth)
            {
                throw new XmpLimitException($"more than {MaxDepth} levels deep");
            }

            if (nodes > MaxNodes)
            {
                throw new XmpLimitException($"more than {MaxNodes} parts");
            }
        }
    }

    private static XmlReader Reader(byte[] bytes)
    {
        int length = bytes.AsSpan().TrimEnd((byte)0).Length;
        return XmlReader.Create(
            new MemoryStream(bytes, 0, length, writable: false),
            new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, CloseInput = true }
        );
    }

    /// <summary>The JSON of a record of a reduction, or null.</summary>
    public string? RecordText => ValueOf(_property);

    /// <summary>Nothing is said in it.</summary>
    public bool IsEmpty => !_rdf.Elements().Any();

    /// <summary>The GUID of the extension a JPEG's packet points to, or null.</summary>
    public string? ExtensionGuid => ValueOf(_hasExtended);

    public void RemoveRecord() => Remove(name => name == _property);

    public void SetRecord(DownscaleRecord record)
    {
        RemoveRecord();
        _rdf.Add(
            new XElement(
                _rdfNames + "Description",
                new XAttribute(_rdfNames + "about", string.Empty),
                new XAttribute(XNamespace.Xmlns + "rsr", DownscaleRecord.XmpNamespace),
                new XAttribute(_property, record.ToJson())
            )
        );
    }

    /// <summary>Takes the properties of an extension (JPEG splits packets above 64 kB) in, and the pointer to it out.</summary>
    public void Merge(XmpPacket extension)
    {
        RemoveExtensionPointer();
        _rdf.Add(extension._rdf.Elements().Select(element => new XElement(element)));
    }

    public void RemoveExtensionPointer() => Remove(name => name == _hasExtended);

    public void SetExtensionPointer(string guid) =>
        _rdf.Add(
            new XElement(
                _rdfNames + "Description",
                new XAttribute(_rdfNames + "about", string.Empty),
                new XAttribute(XNamespace.Xmlns + "xmpNote", _notes),
                new XAttribute(_hasExtended, guid)
            )
        );

    /// <summary>Moves the largest descriptions and properties into a packet of their own until this one has at most so many
    /// bytes.</summary>
    /// <returns>The packet with what was moved.</returns>
    public XmpPacket SplitOff(int mostBytes)
    {
        XmpPacket extension = Empty();
        _document
            .DescendantNodes()
            .OfType<XText>()
            .Where(text => text.Parent is null || text.Parent == _rdf || text.Parent == _rdf.Parent)
            .ToList()
            .ForEach(padding => padding.Value = string.Empty);

        // Properties first, then descriptions with all their attributes. Lengths are estimates (namespaces count each time), so once more.
        for (int round = 0; round < 4 && ToBytes().Length is int size && size > mostBytes; round++)
        {
            bool properties = round < 2;
            (XElement Part, int Bytes)[] parts =
            [
                .. (properties ? _rdf.Elements().Elements() : _rdf.Elements())
                    .Select(part => (part, Encoding.UTF8.GetByteCount(part.ToString(SaveOptions.DisableFormatting))))
                    .OrderByDescending(part => part.Item2),
            ];
            HashSet<XNode> moved = [];
            foreach ((XElement part, int bytes) in parts.TakeWhile(_ => size > mostBytes))
            {
                moved.Add(part);
                size -= bytes;
            }

            foreach (IGrouping<XElement, XElement> group in moved.Cast<XElement>().GroupBy(part => part.Parent!))
            {
                extension._rdf.Add(
                    properties
                        ? new XElement(
                            group.Key.Name,
                            group
                                .Key.Attributes()
                                .Where(attribute => attribute.IsNamespaceDeclaration || attribute.Name == _rdfNames + "about"),
                            group
                        )
                        : group
                );
            }

            foreach (XElement container in properties ? _rdf.Elements().ToList() : [_rdf])
            {
                Keep(container, node => !moved.Contains(node));
            }
        }

        return extension;
    }

    /// <summary>Takes out what belongs to a gain map, and to the further pictures and the video that lie behind a JPEG; none of them is
    /// written.</summary>
    public void RemoveAttachedFiles()
    {
        Remove(name =>
            _attached.Contains(name.Namespace)
            || (
                name.Namespace == _camera
                && (
                    name.LocalName.StartsWith("Motion", StringComparison.Ordinal)
                    || name.LocalName.StartsWith("MicroVideo", StringComparison.Ordinal)
                )
            )
        );
        _document
            .Descendants()
            .Attributes()
            .Where(attribute => attribute.IsNamespaceDeclaration && _attached.Contains(attribute.Value))
            .Remove();
    }

    /// <summary>It calls the picture a JPEG: programs that convert one often leave that as it was.</summary>
    public bool SaysJpeg => ValueOf(Dc + "format")?.Trim().ToLowerInvariant() is "image/jpeg" or "image/jpg";

    /// <summary>It describes a gain map.</summary>
    public bool HasGainMap =>
        _rdf.DescendantsAndSelf()
            .Any(element =>
                _gainMaps.Contains(element.Name.Namespace)
                || element.Attributes().Any(attribute => _gainMaps.Contains(attribute.Name.Namespace))
            );

    /// <summary>Brings what it says of sizes and places up to date with a picture that was turned upright and resized.</summary>
    public void Update(PictureChange change, List<string> notes)
    {
        Remove(name => name == _thumbnails);
        if (change.Orientation.Turns)
        {
            Replace(_tiff + "Orientation", _ => "1");
        }

        Replace(_tiff + "ImageWidth", _ => Number(change.Width));
        Replace(_tiff + "ImageLength", _ => Number(change.Height));
        Replace(_exif + "PixelXDimension", _ => Number(change.Width));
        Replace(_exif + "PixelYDimension", _ => Number(change.Height));
        if (change.Orientation.Turns)
        {
            // Its angles belong to the picture as stored: turned, they would all mean something else.
            if (Remove(name => name.Namespace == _panorama))
            {
                notes.Add("panorama data (GPano) dropped: the picture was turned upright");
            }
        }
        else
        {
            foreach (
                string name in (string[])
                    [
                        "FullPanoWidthPixels",
                        "CroppedAreaImageWidthPixels",
                        "CroppedAreaLeftPixels",
                        "LargestValidInteriorRectLeft",
                        "LargestValidInteriorRectWidth",
                    ]
            )
            {
                Replace(_panorama + name, value => Scaled(value, change.ScaleX));
            }

            foreach (
                string name in (string[])
                    [
                        "FullPanoHeightPixels",
                        "CroppedAreaImageHeightPixels",
                        "CroppedAreaTopPixels",
                        "LargestValidInteriorRectTop",
                        "LargestValidInteriorRectHeight",
                    ]
            )
            {
                Replace(_panorama + name, value => Scaled(value, change.ScaleY));
            }
        }

        UpdateRegions(change);
    }

    /// <summary>Adds values to a property: lists get those they lack, a text is set where there is none.</summary>
    /// <returns>How many values found no place, because the packet says something else there.</returns>
    public int Add(XName name, XmpKind kind, params string[] values)
    {
        string[] wanted =
        [
            .. values.Select(value => Printable(value).Trim()).Where(value => value.Length > 0).Distinct(StringComparer.Ordinal),
        ];
        if (wanted.Length == 0)
        {
            return 0;
        }

        if (
            _rdf.Elements().FirstOrDefault(element => element.Attribute(name) is not null || element.Element(name) is not null) is
            { } holder
        )
        {
            XElement? list = holder.Element(name)?.Elements().FirstOrDefault(element => element.Name.Namespace == _rdfNames);
            string[] present = list is not null
                ? [.. list.Elements().Select(item => item.Value.Trim())]
                : [(holder.Element(name)?.Value ?? holder.Attribute(name)!.Value).Trim()];
            string[] missing = [.. wanted.Except(present, StringComparer.Ordinal)];
            if (kind is not (XmpKind.Bag or XmpKind.Sequence) || list is null)
            {
                return missing.Length;
            }

            list.Add(missing.Select(value => new XElement(_rdfNames + "li", value)));
            return 0;
        }

        XElement property = new XElement(name);
        if (kind == XmpKind.Text)
        {
            property.Value = wanted[0];
        }
        else
        {
            string container = kind switch
            {
                XmpKind.Language => "Alt",
                XmpKind.Bag => "Bag",
                _ => "Seq",
            };
            IEnumerable<XElement> items = wanted.Select(value => new XElement(
                _rdfNames + "li",
                kind == XmpKind.Language ? new XAttribute(XNamespace.Xml + "lang", "x-default") : null,
                value
            ));
            property.Add(new XElement(_rdfNames + container, kind == XmpKind.Language ? items.Take(1) : items));
        }

        _rdf.Add(
            new XElement(
                _rdfNames + "Description",
                new XAttribute(_rdfNames + "about", string.Empty),
                _prefixes.TryGetValue(name.Namespace, out string? prefix)
                    ? new XAttribute(XNamespace.Xmlns + prefix, name.NamespaceName)
                    : null,
                property
            )
        );
        return kind is XmpKind.Bag or XmpKind.Sequence ? 0 : wanted.Length - 1;
    }

    /// <summary>A text without the characters XML cannot hold.</summary>
    public static string Printable(string text) =>
        text.All(XmlConvert.IsXmlChar)
            ? text
            : string.Concat(
                text.EnumerateRunes().Where(rune => rune.Value is >= 0x20 or 9 or 10 or 13 && rune.Value is not (0xFFFE or 0xFFFF))
            );

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_document.ToString(SaveOptions.DisableFormatting));

    // Faces and the like (Metadata Working Group): a size in pixels, and areas in fractions of the picture as stored.
    private void UpdateRegions(PictureChange change)
    {
        foreach (XElement element in _rdf.Descendants(_regions + "AppliedToDimensions").ToList())
        {
            foreach (XElement holder in element.DescendantsAndSelf())
            {
                Set(holder, _dimensions + "w", _ => Number(change.Width));
                Set(holder, _dimensions + "h", _ => Number(change.Height));
            }
        }

        if (!change.Orientation.Turns)
        {
            return;
        }

        foreach (XElement element in _rdf.Descendants(_regions + "Area").SelectMany(area => area.DescendantsAndSelf()).ToList())
        {
            if (Fraction(element, "x") is { } x && Fraction(element, "y") is { } y)
            {
                (double turnedX, double turnedY) = change.Orientation.PlaceOfFraction(x, y);
                Set(element, _area + "x", _ => Text(turnedX));
                Set(element, _area + "y", _ => Text(turnedY));
                if (change.Orientation.SwapsSides && Fraction(element, "w") is { } width && Fraction(element, "h") is { } height)
                {
                    Set(element, _area + "w", _ => Text(height));
                    Set(element, _area + "h", _ => Text(width));
                }
            }
        }

        static double? Fraction(XElement element, string name) =>
            double.TryParse(
                element.Attribute(_area + name)?.Value ?? element.Element(_area + name)?.Value,
                NumberStyles.Float,
                CultureInfo.InvariantCulture,
                out double value
            )
                ? value
                : null;

        static string Text(double value) => Math.Round(value, 6).ToString(CultureInfo.InvariantCulture);
    }

    private static void Set(XElement element, XName name, Func<string, string> change)
    {
        if (element.Attribute(name) is { } attribute)
        {
            attribute.Value = change(attribute.Value);
        }

        if (element.Element(name) is { HasElements: false } child)
        {
            child.Value = change(child.Value);
        }
    }

    private void Replace(XName name, Func<string, string> change)
    {
        foreach (XElement description in _rdf.Elements())
        {
            Set(description, name, change);
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Scaled(string value, double factor) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        && Math.Abs(number * factor) < int.MaxValue
            ? Number((int)Math.Round(number * factor))
            : value;

    private string? ValueOf(XName name) =>
        _rdf.Elements().Attributes(name).FirstOrDefault()?.Value ?? _rdf.Elements().Elements(name).FirstOrDefault()?.Value;

    private bool Remove(Func<XName, bool> matches)
    {
        bool removed = false;
        foreach (XElement description in _rdf.Elements().ToList())
        {
            if (description.Attributes().Any(IsMeant))
            {
                removed = true;
                description.ReplaceAttributes(description.Attributes().Where(attribute => !IsMeant(attribute)).ToList());
            }

            if (description.Elements().Any(element => matches(element.Name)))
            {
                removed = true;
                Keep(description, node => node is not XElement element || !matches(element.Name));
            }
        }

        return removed;

        bool IsMeant(XAttribute attribute) => !attribute.IsNamespaceDeclaration && matches(attribute.Name);
    }

    // All at once: taking nodes out one by one walks their list for each.
    private static void Keep(XElement container, Func<XNode, bool> wanted)
    {
        List<XNode> kept = [.. container.Nodes().Where(wanted)];
        container.ReplaceNodes(kept);
    }
}
