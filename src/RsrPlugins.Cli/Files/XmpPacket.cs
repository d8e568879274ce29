// The two things done to XMP: a stale orientation in it is reset with EXIF's, and our own property is read, set and removed.
// XMP that is not well-formed is kept as it is: it belongs to the user.
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace RsrPlugins.Cli.Files;

internal sealed class XmpPacket
{
    private static readonly XNamespace Meta = "adobe:ns:meta/";
    private static readonly XNamespace Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private static readonly XNamespace Tiff = "http://ns.adobe.com/tiff/1.0/";
    private static readonly XName Property = (XNamespace)DownscaleRecord.XmpNamespace + DownscaleRecord.XmpProperty;

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
    public static XmpPacket? Parse(byte[] bytes)
    {
        try
        {
            using MemoryStream stream = new MemoryStream(bytes.AsSpan().TrimEnd((byte)0).ToArray());
            using XmlReader reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            XDocument document = XDocument.Load(reader, LoadOptions.PreserveWhitespace);
            XElement? rdf = document.Descendants(Rdf + "RDF").FirstOrDefault();
            return rdf is null ? null : new XmpPacket(document, rdf);
        }
        catch (XmlException)
        {
            return null;
        }
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
