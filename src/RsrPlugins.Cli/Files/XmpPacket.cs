// The two things done to XMP: a stale orientation in it is reset with EXIF's, and our own property is read, set and removed.
// XMP that is not well-formed is kept as it is: it belongs to the user. XMP beyond the limits here is no picture's: it is dropped.
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace RsrPlugins.Cli.Files;

/// <summary>XMP that is made to harm: the message says what is too much.</summary>
internal sealed class XmpLimitException(string found) : Exception(found);

internal sealed class XmpPacket
{
    private static readonly XNamespace Meta = "adobe:ns:meta/";
    private static readonly XNamespace Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private static readonly XNamespace Tiff = "http://ns.adobe.com/tiff/1.0/";
    private static readonly XName Property = (XNamespace)DownscaleRecord.XmpNamespace + DownscaleRecord.XmpProperty;

    // XMP's own data model needs some ten levels, edit histories of editors twice that. A depth map of a phone is 10 MB.
    private const int MaxDepth = 100;
    private const int MaxNodes = 500_000;
    private const int MaxBytes = 32_000_000;

    private readonly XDocument _document;
    private readonly XElement _rdf;

    private XmpPacket(XDocument document, XElement rdf)
    {
        _document = document;
        _rdf = rdf;
    }

    public static XmpPacket Empty()
    {
        XElement rdf = new XElement(Rdf + "RDF", new XAttribute(XNamespace.Xmlns + "rdf", Rdf));
        return new XmpPacket(new XDocument(new XElement(Meta + "xmpmeta", new XAttribute(XNamespace.Xmlns + "x", Meta), rdf)), rdf);
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
            XDocument document = XDocument.Load(reader, LoadOptions.PreserveWhitespace);
            XElement? rdf = document.Descendants(Rdf + "RDF").FirstOrDefault();
            return rdf is null ? null : new XmpPacket(document, rdf);
        }
        catch (XmlException)
        {
            return null;
        }
    }

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
        return XmlReader.Create(new MemoryStream(bytes, 0, length, writable: false), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, CloseInput = true });
    }

    public DownscaleRecord? Record
    {
        get
        {
            string? json = _rdf.Elements().Attributes(Property).FirstOrDefault()?.Value ?? _rdf.Descendants(Property).FirstOrDefault()?.Value;
            return json is null ? null : DownscaleRecord.FromJson(json);
        }
    }

    public void RemoveRecord()
    {
        _rdf.Elements().Attributes(Property).Remove();
        _rdf.Descendants(Property).Remove();
    }

    public void SetRecord(DownscaleRecord record)
    {
        RemoveRecord();
        _rdf.Add(new XElement(
            Rdf + "Description",
            new XAttribute(Rdf + "about", string.Empty),
            new XAttribute(XNamespace.Xmlns + "rsr", DownscaleRecord.XmpNamespace),
            new XAttribute(Property, record.ToJson())));
    }

    public void ResetOrientation()
    {
        foreach (XAttribute attribute in _rdf.Elements().Attributes(Tiff + "Orientation"))
        {
            attribute.Value = "1";
        }

        foreach (XElement element in _rdf.Descendants(Tiff + "Orientation"))
        {
            element.Value = "1";
        }
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_document.ToString(SaveOptions.DisableFormatting));
}
